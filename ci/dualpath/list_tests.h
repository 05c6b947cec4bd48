#pragma once

#include <string>
#include <vector>

#include "helpers/base/error.h"

namespace dualpath::cli {

/// Returns whether the case program only lists its tests with these arguments.
bool ListsTests(const std::vector<std::string>& command);

/// Replaces this process with `command`; returns only if that fails.
Error ReplaceProcess(const std::vector<std::string>& command);

}  // namespace dualpath::cli
