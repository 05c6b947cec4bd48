#pragma once

#include <ostream>
#include <string>

namespace dualpath::lab {

/// Prints what is in a results directory: a line for each case with its times, the reason of each
/// skip, the message of each failure with where its logs are and how to run it alone, and the sums.
/// Returns an `ExitCode`: kAllPassed, kCaseFailed, or kNothingRan where there are no results.
int Summarize(const std::string& results, std::ostream& out);

}  // namespace dualpath::lab
