#pragma once

#include <string>

#include "helpers/base/result.h"

namespace dualpath::cli {

/// Prints the guest's console in the VM of the running shell `name` until that shell exits. Returns
/// an `ExitCode`.
Result<int> FollowGuestConsole(const std::string& name);

}  // namespace dualpath::cli
