#pragma once

#include <vector>

#include "helpers/observe/event.h"
#include "helpers/observe/path_names.h"
#include "helpers/observe/uevents.h"

namespace dualpath::observe {

/// One record of kind "uevent" on the kernel's lane for each: "remove sdb", "add 3:0:1:0", "change
/// mpatha: PATH_FAILED 8:16, 1 path left". A map that goes is also a state of it. `names`: what is
/// known of paths and maps beforehand.
std::vector<Event> FromUevents(const std::vector<Uevent>& uevents, const PathNames& names);

}  // namespace dualpath::observe
