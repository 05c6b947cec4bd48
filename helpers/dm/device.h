#pragma once

#include <string>

#include "helpers/base/result.h"
#include "helpers/dm/multipath_status.h"
#include "helpers/dm/multipath_table.h"

/// Maps by name ("mpatha"), through libdevmapper; root only. What the library has to say goes into
/// the `Error`, not to standard error.
namespace dualpath::dm {

Result<bool> Exists(const std::string& map_name);

/// The table in use, not one that is loaded and waits for a resume. An `Error` unless the map
/// consists of exactly one multipath target.
Result<MultipathTable> LoadedTable(const std::string& map_name);

Result<MultipathStatus> LiveStatus(const std::string& map_name);

/// A message to the target: "fail_if_no_path", "queue_if_no_path", "fail_path 8:16"
/// (drivers/md/dm-mpath.c, multipath_message).
Status SendMessage(const std::string& map_name, const std::string& message);

/// The way out for processes that wait in the map and cannot be killed: every I/O, held or new,
/// then ends with EIO. Works on a map that queues, since nothing is flushed on the way.
Status ReplaceWithErrorTarget(const std::string& map_name);

/// Removes the map and waits for udev to have removed its nodes. Tries again for a few seconds
/// while somebody (often udev itself) has it open.
Status Remove(const std::string& map_name);

}  // namespace dualpath::dm
