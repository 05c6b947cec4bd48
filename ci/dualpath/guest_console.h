#pragma once

#include <string>

#include "helpers/base/result.h"

namespace dualpath::cli {

/// Prints the guest's console of the running shell `name` until that shell ends. Returns an
/// `ExitCode`.
Result<int> FollowGuestConsole(const std::string& name);

}  // namespace dualpath::cli
