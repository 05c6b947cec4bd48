#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "helpers/base/result.h"
#include "helpers/lab/image/cache.h"
#include "helpers/lab/image/image.h"
#include "helpers/lab/snapshot_chain.h"
#include "helpers/lab/steps.h"
#include "helpers/lab/vm.h"

namespace dualpath::lab {

/// Returns what every snapshot depends on: the image, QEMU's version and arguments, and with KVM
/// this machine.
Result<std::string> IdentityOf(const Image& image);

/// Returns the shape of VMs of `image`.
VmShape ShapeOf(const Image& image);

/// Returns the snapshot after the last of `steps`, which is built if it is not in the cache.
Result<Snapshot> GetSnapshot(const Cache& cache, const Image& image, const Steps& steps);

/// How a VM continues from a snapshot.
struct RestoreOptions {
  std::string payload;  ///< disk image to attach
  /// Line for the process that reads the control port in this snapshot (table in protocol.h):
  /// lab-agent evaluates it, payload/load passes its words to the case program. Both answer
  /// `begun`.
  std::string begin;
  Pace pace = Pace::kVirtual;  ///< pace of the VM's clock
  bool to_be_saved = false;    ///< see Vm::Options
};

/// A VM that has been restored and has answered `begun`.
struct Restored {
  std::optional<Snapshot> snapshot;  ///< in use while the VM runs
  Vm vm;
  std::chrono::steady_clock::time_point begun;  ///< time at which QEMU was started
  double seconds = 0;                           ///< real time from then to the answer
};

/// Starts a VM from the snapshot after `steps`. The snapshot is built if it is missing, and rebuilt
/// once if it cannot be restored.
Result<Restored> RestoreSnapshot(const Cache& cache, const Image& image, const Steps& steps,
                                 const RestoreOptions& options);

/// Starts a VM from the snapshot that `options` name, sends `begin` and waits for `begun`.
Result<Vm> StartFrom(const Vm::Options& options, const std::string& begin);

}  // namespace dualpath::lab
