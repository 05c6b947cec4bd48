#pragma once

#include <vector>

#include "helpers/observe/uevents.h"
#include "helpers/timeline/path_names.h"
#include "helpers/timeline/record.h"

namespace dualpath::timeline {

/// Returns one record of kind "uevent" on the kernel's lane for each uevent: "remove sdb", "add
/// 3:0:1:0", "change mpatha: PATH_FAILED 8:16, 1 path left". The removal of a map is also a record
/// of the map's state. `names`: names of paths and maps known in advance.
std::vector<Record> FromUevents(const std::vector<observe::Uevent>& uevents,
                                const PathNames& names);

}  // namespace dualpath::timeline
