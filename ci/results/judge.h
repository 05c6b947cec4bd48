#pragma once

#include <ostream>
#include <string>

#include "helpers/base/result.h"

namespace dualpath::results {

/// A case program that has exited.
struct EndedCase {
  std::string name;       ///< test, or program if it ran several
  std::string directory;  ///< results directory, with gtest.xml if the program wrote one
  int code = 0;           ///< exit code as in a shell: 128 + n for signal n
  bool in_lab = true;     ///< whether it ran in the lab, which limits its virtual time
  bool strict = false;    ///< whether a skipped test counts as failed
  /// Whether `name` is the one test that the program was to run.
  bool is_one_test = false;
};

/// Returns the `ExitCode` that follows from the exit of the process and from its report, and prints
/// failures to `err`. If the case failed but its report has no failure, replaces the report with
/// one that has, because everything else reads only the report. An `Error` means no verdict.
Result<int> Judge(const EndedCase& ended, std::ostream& err);

}  // namespace dualpath::results
