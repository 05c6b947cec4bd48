#pragma once

#include <string>
#include <vector>

#include "helpers/guest/io_report.h"
#include "helpers/timeline/record.h"

namespace dualpath::timeline {

/// Returns one record of kind "io" on the guest's lane for each I/O of a run, in order of
/// completion. `map`: the map that is the guest's disk, if any.
std::vector<Record> FromIo(const guest::IoReport& report, const std::string& map = "");

}  // namespace dualpath::timeline
