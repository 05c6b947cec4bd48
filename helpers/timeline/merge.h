#pragma once

#include <vector>

#include "helpers/timeline/line_store.h"

namespace dualpath::timeline {

/// Spreads consecutive lines of one file and one whole second evenly over that second, so that they
/// keep their order on the timeline. Returns whether it changed a time of a log with a resolution
/// of one second.
bool SpreadWithinSeconds(std::vector<StoredLine>& lines);

/// Merges the lines of several files, which are grouped by file. Each file keeps its order, even
/// where its clock goes back; of the files' next lines, the earliest comes first.
void MergeByTime(std::vector<StoredLine>& lines);

/// Removes kernel lines that another file also has, within two seconds: the journal and dmesg both
/// contain the kernel's log.
void RemoveDuplicates(std::vector<StoredLine>& lines);

}  // namespace dualpath::timeline
