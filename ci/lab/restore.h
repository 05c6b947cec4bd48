#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "ci/lab/cache.h"
#include "ci/lab/image.h"
#include "ci/lab/payload.h"
#include "ci/lab/snapshot.h"
#include "ci/lab/vm.h"
#include "helpers/base/result.h"

namespace dualpath::lab {

/// Where this program is, and what was built with it.
std::string OwnDirectory();
std::string RigProgram();
std::string GuestAgent();

/// The snapshot with the default rig and its guest up.
Result<Snapshot> PrepareSnapshot(const Cache& cache, const Image& image);

/// A lab VM of its own, restored to where `begin` has been done.
struct Restored {
  std::optional<Snapshot> snapshot;  ///< in use for as long as the VM is
  Vm vm;
  std::chrono::steady_clock::time_point begun;  ///< when QEMU was started
  double seconds = 0;                           ///< from then to the end of `begin`
};

struct RestoreOptions {
  std::string begin;           ///< a line for the lab agent that ends with saying "begun"
  Pace pace = Pace::kVirtual;  ///< of the VM's clock
};

/// Restores the snapshot, which is made if it is missing, and made anew, once, if it cannot be
/// restored.
Result<Restored> Restore(const Cache& cache, const Image& image, const Payload& payload,
                         const RestoreOptions& options);

/// Where results go by default, and where a case's state is kept among its results.
std::string DefaultResults();
std::string KeptByCase(const std::string& case_results);

/// Stops the VM and keeps its state in `directory`, which is replaced, to go on from there later.
/// The VM is over after it.
Status Keep(Vm& vm, const Image& image, const std::string& directory);

/// A VM that goes on from a state that was kept, as often as wanted. An `Error` if that was of
/// another image or QEMU, or of a VM in real time, and `options` say virtual time.
Result<Restored> RestoreKept(const std::string& directory, const Image& image,
                             const Payload& payload, const RestoreOptions& options);

}  // namespace dualpath::lab
