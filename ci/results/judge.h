#pragma once

#include <ostream>
#include <string>

#include "helpers/base/result.h"

namespace dualpath::results {

/// A case program that has ended.
struct EndedCase {
  std::string name;       ///< name of the results directory
  std::string directory;  ///< results directory, with gtest.xml unless the program wrote none
  int code = 0;           ///< exit code as in a shell: 128 + n for signal n
  bool strict = false;    ///< whether a skipped test counts as failed
};

/// Returns the `ExitCode` for how the process ended and what its report contains, and prints what
/// failed on `err`. If the process failed and its report has no failure, the report is replaced by
/// one that has, because everything else reads only the report. An `Error` means no verdict.
Result<int> Judge(const EndedCase& ended, std::ostream& err);

}  // namespace dualpath::results
