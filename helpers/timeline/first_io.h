#pragma once

#include <vector>

#include "helpers/timeline/record.h"

namespace dualpath::timeline {

/// Returns the first I/O on the other path after each loss of the path in use: a record of kind
/// "first-io" on the lane of that I/O, at its start; `path` is the other path.
///
/// No layer logs which path an I/O took, so it is inferred, and `text` states the reason: once a
/// table or a failed path has left the map with a single usable path, an I/O that started later (by
/// more than the accuracy of its clock), and completed without error before another path became
/// usable, must have used that path. An earlier one may have started before the record of the
/// change, so the time is an upper bound.
///
/// I/Os are the records of kind "io" that name the map. `records` are in order of time and have the
/// states that LogInterpreter derives; a path without a state counts as usable. The first path of a
/// table is the one in use: multipathd sorts the path groups by priority.
std::vector<Record> FirstIoOnOtherPath(const std::vector<Record>& records);

}  // namespace dualpath::timeline
