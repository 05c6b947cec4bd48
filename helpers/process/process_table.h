#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "helpers/base/result.h"

namespace dualpath::process {

/// A process of this machine (proc_pid_stat(5)). `pid` and `started` together identify it, since
/// pids are used again.
struct RunningProcess {
  int pid = 0;
  int parent = 0;
  std::string name;           ///< at most 15 bytes: "qemu-system-x86"
  std::uint64_t started = 0;  ///< clock ticks since boot

  bool operator==(const RunningProcess& other) const {
    return pid == other.pid && started == other.started;
  }
};

/// Returns the processes that run now, without zombies, in the order of their pids. One that starts
/// or ends during the call may be missing.
Result<std::vector<RunningProcess>> RunningProcesses(const std::string& proc = "/proc");

/// Parses the content of /proc/PID/stat. A zombie has pid 0.
Result<RunningProcess> ParseProcessStat(const std::string& stat);

}  // namespace dualpath::process
