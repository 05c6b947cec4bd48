#pragma once

#include <vector>

#include "helpers/observe/uevents.h"
#include "helpers/timeline/path_names.h"
#include "helpers/timeline/record.h"

namespace dualpath::timeline {

/// One record of kind "uevent" on the kernel's lane for each: "remove sdb", "add 3:0:1:0", "change
/// mpatha: PATH_FAILED 8:16, 1 path left". A map that goes is also a state of it. `names`: what is
/// known of paths and maps beforehand.
std::vector<Record> FromUevents(const std::vector<observe::Uevent>& uevents,
                                const PathNames& names);

}  // namespace dualpath::timeline
