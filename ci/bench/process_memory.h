#pragma once

#include <string>

#include "helpers/base/result.h"

namespace dualpath::bench {

/// Memory of a process, in MB (10^6 bytes).
struct ProcessMemory {
  /// Pages written by the process: new ones, and copies of the snapshot's. Not Private_Dirty, which
  /// also includes pages of the snapshot's file that are not yet on disk and not mapped by another
  /// process.
  double anonymous = 0;
  /// Proportional set size (Pss), which sums to the total over all processes.
  double proportional = 0;

  /// Reads /proc/PID/smaps_rollup (Linux 4.14).
  static Result<ProcessMemory> Of(int pid, const std::string& proc = "/proc");
};

}  // namespace dualpath::bench
