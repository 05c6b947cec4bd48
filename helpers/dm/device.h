#pragma once

#include <string>

#include "helpers/base/result.h"
#include "helpers/dm/multipath_status.h"
#include "helpers/dm/multipath_table.h"

/// Operations on maps by name ("mpatha"), through libdevmapper; they need root. Messages of the
/// library become the reason of the `Error` and are not printed.
namespace dualpath::dm {

Result<bool> Exists(const std::string& map_name);

/// Returns the live table, not the inactive one that waits for a resume. Fails unless the map
/// consists of exactly one multipath target.
Result<MultipathTable> LoadedTable(const std::string& map_name);

Result<MultipathStatus> LiveStatus(const std::string& map_name);

/// Sends a message to the target: "fail_if_no_path", "queue_if_no_path", "fail_path 8:16"
/// (drivers/md/dm-mpath.c, multipath_message).
Status SendMessage(const std::string& map_name, const std::string& message);

/// Loads a table into the map's inactive slot, as `dmsetup load` does. The next `Resume` makes it
/// live (suspension.h).
Status LoadTable(const std::string& map_name, const MultipathTable& table);

/// Replaces the live table with the error target, so that every I/O, queued or new, ends with EIO
/// and processes in uninterruptible sleep on the map wake up. Works on a map that queues, since the
/// suspend does not flush.
Status ReplaceWithErrorTarget(const std::string& map_name);

/// Maps `length_sectors` of the map from `start_sector` on, as kpartx maps a partition: as
/// "mpatha1", with the UUID "part1-mpath-WWID", by which libmultipath finds and removes it
/// (libmultipath/devmapper.c, is_mpath_part_uuid).
Status AddPartition(const std::string& map_name, unsigned number, std::uint64_t start_sector,
                    std::uint64_t length_sectors);

/// Removes the map and waits until udev has removed its nodes. Retries for a few seconds while the
/// map is open, often by udev.
Status Remove(const std::string& map_name);

}  // namespace dualpath::dm
