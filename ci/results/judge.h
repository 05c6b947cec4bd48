#pragma once

#include <ostream>
#include <string>

#include "helpers/base/result.h"

namespace dualpath::results {

/// A case program that has ended.
struct EndedCase {
  std::string name;       ///< of its results
  std::string directory;  ///< its results, with gtest.xml unless it left none
  int code = 0;           ///< its process', as a shell has it: 128 + n for signal n
  bool strict = false;    ///< a skipped test is a failed one
};

/// From how the process ended and what it reported to an `ExitCode`; what is wrong is said on
/// `err`. Where the process failed and its report does not say so, a report that does takes its
/// place: all that reads results goes by the report. An `Error` if there is no verdict.
Result<int> Judge(const EndedCase& ended, std::ostream& err);

}  // namespace dualpath::results
