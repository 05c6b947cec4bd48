#pragma once

namespace dualpath {

/// What `dualpath` exits with.
enum ExitCode : int {
  kAllPassed = 0,
  kCaseFailed = 1,
  kUsage = 2,
  kInfrastructure = 69,  ///< EX_UNAVAILABLE of sysexits.h: the lab or rig itself failed: no verdict
  kNothingRan = 77,      ///< all skipped; the automake convention that ctest maps to "Skipped"
};

}  // namespace dualpath
