#pragma once

#include <cstdint>
#include <ctime>
#include <limits>
#include <string>
#include <vector>

#include "helpers/lab/image/cache.h"

namespace dualpath::lab {

/// Records in the snapshot that is built in `directory` the image that it depends on.
Status RecordImageOf(const std::string& directory, const std::string& image_key);

struct PruneOptions {
  int older_than_days = std::numeric_limits<int>::max();  ///< also removes older images
  std::time_t now = 0;
};

struct Pruned {
  std::string name;  ///< of the cache entry
  std::string why;
  std::uint64_t bytes = 0;
  bool removed = false;  ///< otherwise it is in use
};

/// Removes images, and builds of the lab's QEMU, that no recipe of this source tree refers to,
/// images with the user's own parts whose base is gone or whose files are not what they were,
/// images that are too old, and the snapshots of images that are not in the cache. Returns what it
/// removed or found in use.
Result<std::vector<Pruned>> PruneImages(const Cache& cache, const PruneOptions& options);

}  // namespace dualpath::lab
