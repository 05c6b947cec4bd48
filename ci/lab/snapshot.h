#pragma once

#include <string>

#include "ci/lab/cache.h"
#include "ci/lab/image.h"
#include "ci/lab/payload.h"
#include "ci/lab/vm.h"
#include "helpers/base/result.h"

namespace dualpath::lab {

/// A saved lab VM with the default rig and its guest up.
struct Snapshot {
  Cache::Entry entry;
  std::string key;

  std::string state() const { return entry.File("state"); }
  std::string ram() const { return entry.File("ram"); }
};

VmShape ShapeOf(const Image& image);

/// The snapshot of `image` with the rig that `bring_up` (the program dualpath-rig and what it
/// needs) brings up. Booted, brought up and saved if it is not in the cache. Its key covers all it
/// depends on: image, QEMU's version and arguments, and the content of `bring_up`.
Result<Snapshot> GetSnapshot(const Cache& cache, const Image& image, const Payload& bring_up);

/// Makes the next `GetSnapshot` boot anew: for a snapshot that could not be restored.
Status DiscardSnapshot(const Cache& cache, const std::string& key);

}  // namespace dualpath::lab
