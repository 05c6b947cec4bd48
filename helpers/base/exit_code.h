#pragma once

namespace dualpath {

/// Exit codes of `dualpath`.
enum ExitCode : int {
  kAllPassed = 0,
  kCaseFailed = 1,
  kUsage = 2,
  kInfrastructure = 69,  ///< no verdict: lab or rig failed (EX_UNAVAILABLE of sysexits.h)
  kNothingRan = 77,      ///< all cases skipped; automake's convention, "Skipped" for ctest
};

}  // namespace dualpath
