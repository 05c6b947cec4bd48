#pragma once

#include <string>

#include "ci/dualpath/case_end.h"
#include "ci/dualpath/exec.h"

namespace dualpath::cli {

/// Runs the case program in a lab VM, restored from a snapshot in which the program is loaded, on
/// the rig that the case needs. `name` is the case's name; its results go to `directory`.
Result<CaseEnd> RunInLab(const ExecOptions& options, const std::string& name,
                         const std::string& directory);

}  // namespace dualpath::cli
