#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "helpers/base/result.h"

namespace dualpath::observe {

/// What a case may leave behind on this machine, taken before and after it.
struct MachineState {
  /// "configfs loopback/naa.5001405f01234ba3/tpgt_1/lun/lun_0", "map mpatha", "mount /mnt (ext4)",
  /// "domain dualpath" (added by the caller).
  std::set<std::string> objects;
  /// Processes by pid and start time.
  std::set<std::pair<int, std::uint64_t>> processes;
  /// Number of open files of multipathd by kind: "socket", "/dev/sd"; and the process.
  std::map<std::string, int> descriptors;
  int multipathd = 0;
};

/// Where the machine's state is read. Tests replace it.
struct MachineRoots {
  std::string configfs = "/sys/kernel/config/target";
  std::string block = "/sys/block";
  std::string proc = "/proc";
  int self = 0;  ///< this process; 0: getpid()
};

Result<MachineState> TakeMachineState(const MachineRoots& roots = {});

/// Returns one line for each object, process of ours and open file of multipathd that is there now
/// and was not before. A process is ours if it descends from this one, or lost its parent and is in
/// this one's control group.
Result<std::vector<std::string>> LeftSince(const MachineState& before, const MachineState& now,
                                           const MachineRoots& roots = {});

/// Returns one line for each object that was there before and is not now.
std::vector<std::string> GoneSince(const MachineState& before, const MachineState& now);

}  // namespace dualpath::observe
