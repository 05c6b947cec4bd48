#pragma once

#include <string>

#include "ci/dualpath/case_end.h"
#include "ci/dualpath/exec.h"

namespace dualpath::cli {

/// Runs the case program on this machine; its results go to `directory`.
Result<CaseEnd> RunOnHost(const ExecOptions& options, const std::string& directory);

}  // namespace dualpath::cli
