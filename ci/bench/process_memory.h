#pragma once

#include <string>

#include "helpers/base/result.h"

namespace dualpath::bench {

/// Memory of a process, in MB (10^6 bytes).
struct ProcessMemory {
  /// Pages that it has written: new ones and copies of the snapshot's. Not Private_Dirty, which
  /// includes pages of the snapshot's file that are not written to disk yet and that no other
  /// process maps.
  double anonymous = 0;
  /// Proportional set size (Pss): the sum over all processes is their total.
  double proportional = 0;

  /// Reads /proc/PID/smaps_rollup (Linux 4.14).
  static Result<ProcessMemory> Of(int pid, const std::string& proc = "/proc");
};

}  // namespace dualpath::bench
