#pragma once

#include <string>

#include "helpers/base/result.h"

namespace dualpath::bench {

/// Memory of a process, in MB (10^6 bytes).
struct ProcessMemory {
  /// What it has written, be it a page of its own or its copy of one of the snapshot's. Not
  /// Private_Dirty: in that is also what the page cache has of the snapshot and not yet written
  /// out, as long as nobody else maps it.
  double anonymous = 0;
  /// With its share of what several have: the sum over all processes is what they take together.
  double proportional = 0;

  /// /proc/PID/smaps_rollup (Linux 4.14).
  static Result<ProcessMemory> Of(int pid, const std::string& proc = "/proc");
};

}  // namespace dualpath::bench
