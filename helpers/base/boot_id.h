#pragma once

#include <string>

#include "helpers/base/file.h"
#include "helpers/base/result.h"

namespace dualpath {

/// Returns the random id of this boot (random(4)). What a record of another boot says about kernel
/// objects is no longer true.
inline Result<std::string> BootId() { return ReadAttribute("/proc/sys/kernel/random/boot_id"); }

}  // namespace dualpath
