#pragma once

#include <string>
#include <vector>

#include "helpers/base/device_number.h"
#include "helpers/base/result.h"

namespace dualpath::dm {

/// State of a path in the kernel.
struct StatusPath {
  DeviceNumber device;
  bool active = false;      ///< 'A'; false: failed ('F')
  unsigned fail_count = 0;  ///< failures since the table was loaded
  std::vector<std::string>
      args;  ///< the selector's counters (service-time: bytes in flight, weight)
};

/// 'A', 'D' and 'E' in the status line. Only the group in use is active; a disabled one is
/// bypassed.
enum class GroupState { kActive, kDisabled, kEnabled };

struct StatusGroup {
  GroupState state = GroupState::kEnabled;
  std::vector<std::string> selector_args;
  std::vector<StatusPath> paths;
};

/// Status of a multipath target (drivers/md/dm-mpath.c, STATUSTYPE_INFO):
///   2 queue_io pg_init_count #handler_args ... #groups next_group
///   {A|D|E #selector_args ... #paths #path_args {M:N A|F fail_count path_arg...}...}...
struct MultipathStatus {
  /// Whether I/O waits for a path group's initialisation; on older kernels the number of queued
  /// I/Os.
  unsigned queued = 0;
  unsigned group_inits = 0;               ///< number of path group initialisations so far
  std::vector<std::string> further_info;  ///< further counters of newer kernels
  std::vector<std::string> hardware_handler;
  unsigned next_group = 0;  ///< 1 is the first of `groups`; 0: none
  std::vector<StatusGroup> groups;
};

bool operator==(const StatusPath& a, const StatusPath& b);
bool operator==(const StatusGroup& a, const StatusGroup& b);
bool operator==(const MultipathStatus& a, const MultipathStatus& b);

/// Parses a line as `dmsetup status` prints it, or without "START LENGTH multipath" as libdevmapper
/// returns it. An error names the position of the wrong token.
Result<MultipathStatus> ParseMultipathStatus(const std::string& line);

}  // namespace dualpath::dm
