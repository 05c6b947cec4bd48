#pragma once

#include <optional>
#include <string>
#include <variant>

#include "helpers/base/device_number.h"
#include "helpers/dm/multipath_table.h"

/// Log messages of multipathd and the kernel's multipath target, in the formats of every version
/// from OL7's 0.4.9 on (multipathd/main.c, libmultipath/structs_vec.c; drivers/md/dm-mpath.c).
namespace dualpath::multipath {

/// The name of a path in a log line: "sdb" (0.4.9), "sdb [8:16]" (0.7) or "8:16" (0.9). At least
/// one member is set.
struct PathName {
  std::string device;
  std::optional<DeviceNumber> number;
};

/// multipathd loads a table into the kernel.
struct TableLoad {
  /// 0.4.9 logs "load table" for both; newer versions log that only at verbosity 4.
  enum class Kind { kAddMap, kReload, kLoadTable };

  std::string map;
  Kind kind = Kind::kLoadTable;
  dm::MultipathTable table;
};

struct PathAdded {
  std::string map;
  PathName path;
};

struct PathRemoved {
  std::string map;
  PathName path;
};

/// The checker found that a path has failed.
struct CheckerFailed {
  std::string map;
  PathName path;
};

/// The sysfs state of a path is offline; logged at every check.
struct PathOffline {
  std::string map;
  PathName path;
};

/// multipathd received the kernel's event that a path has failed.
struct PathMarkedFailed {
  PathName path;
};

/// multipathd reinstated a path in the kernel.
struct PathReinstated {
  PathName path;
};

/// multipathd switched the kernel to a path group; 1 is the first.
struct PathGroupSwitched {
  std::string map;
  unsigned group = 0;
};

struct RemainingActivePaths {
  std::string map;
  unsigned count = 0;
};

/// No path is usable, and I/O is queued for `max_retries` checks.
struct EnteredRecovery {
  std::string map;
  unsigned max_retries = 0;
};

/// The retries are exhausted: I/O fails from now on.
struct QueueingDisabled {
  std::string map;
};

struct QueueingEnabled {
  std::string map;
};

struct RecoveredToNormal {
  std::string map;
};

/// The kernel failed a path; older kernels do not log the map.
struct KernelFailingPath {
  std::optional<DeviceNumber> map;
  DeviceNumber path;
};

struct KernelReinstatingPath {
  std::optional<DeviceNumber> map;
  DeviceNumber path;
};

/// Any other line. `reason` is set if the message is known but cannot be parsed, such as a table
/// that the logger truncated.
struct Unrecognised {
  std::string message;
  std::string reason;
};

using LogLine =
    std::variant<Unrecognised, TableLoad, PathAdded, PathRemoved, CheckerFailed, PathOffline,
                 PathMarkedFailed, PathReinstated, PathGroupSwitched, RemainingActivePaths,
                 EnteredRecovery, QueueingDisabled, QueueingEnabled, RecoveredToNormal,
                 KernelFailingPath, KernelReinstatingPath>;

bool operator==(const PathName& a, const PathName& b);
bool operator==(const TableLoad& a, const TableLoad& b);
bool operator==(const PathAdded& a, const PathAdded& b);
bool operator==(const PathRemoved& a, const PathRemoved& b);
bool operator==(const CheckerFailed& a, const CheckerFailed& b);
bool operator==(const PathOffline& a, const PathOffline& b);
bool operator==(const PathMarkedFailed& a, const PathMarkedFailed& b);
bool operator==(const PathReinstated& a, const PathReinstated& b);
bool operator==(const PathGroupSwitched& a, const PathGroupSwitched& b);
bool operator==(const RemainingActivePaths& a, const RemainingActivePaths& b);
bool operator==(const EnteredRecovery& a, const EnteredRecovery& b);
bool operator==(const QueueingDisabled& a, const QueueingDisabled& b);
bool operator==(const QueueingEnabled& a, const QueueingEnabled& b);
bool operator==(const RecoveredToNormal& a, const RecoveredToNormal& b);
bool operator==(const KernelFailingPath& a, const KernelFailingPath& b);
bool operator==(const KernelReinstatingPath& a, const KernelReinstatingPath& b);
bool operator==(const Unrecognised& a, const Unrecognised& b);

/// Parses a message, with or without syslog's prefix ("May 20 06:17:50 vm multipathd: ", optionally
/// with a process ID) or the kernel log's time stamp.
LogLine ParseLogLine(const std::string& message);

}  // namespace dualpath::multipath
