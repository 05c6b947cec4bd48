#pragma once

#include <vector>

#include "helpers/timeline/record.h"

namespace dualpath::timeline {

/// The first I/O on the other path, after the one that carried it has gone: a record of kind
/// "first-io" on the lane of that I/O, at the time when it began; `path` is the other one.
///
/// No layer says which path an I/O took, so it is inferred, and `text` says from what: once a table
/// or a failed path has left the map a single usable path, an I/O that began later (by more than
/// its clock may err), ended without error, and before another path could be used again, can only
/// have gone over that one. There may have been an earlier one, which began before the record of
/// the change, so the time is an upper bound.
///
/// I/Os are the records of kind "io" that name the map. `records` are in order of time and have the
/// states that LogInterpreter derives; a path that no record has spoken of is taken to be usable.
/// Of several paths of a table, the first group's carries the I/O, as multipathd orders them.
std::vector<Record> FirstIoOnOtherPath(const std::vector<Record>& records);

}  // namespace dualpath::timeline
