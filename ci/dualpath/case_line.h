#pragma once

#include <string>

#include "ci/dualpath/exec.h"

namespace dualpath::cli {

/// Returns the line that starts the case in a `loaded` snapshot: the words for the case program,
/// its environment first (helpers/lab/protocol.h).
std::string CaseLine(const ExecOptions& options, bool may_request_rig);

}  // namespace dualpath::cli
