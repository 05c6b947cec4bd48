#pragma once

#include <ostream>
#include <string>

#include "ci/results/github.h"

namespace dualpath::results {

struct SummaryOptions {
  std::string results = "build/results";
  std::string previous;  ///< empty: the results directory's name with ".previous" after it
};

/// `dualpath summary`: prints what is in a results directory: a line for each case with its times,
/// the reason of each skip, the message of each failure, and the sums, compared with the run
/// before; at the end, for each failure, the page to open and the commands to go on with. Writes
/// the run's page, index.html, into the directory, and on GitHub what its pages show. Returns an
/// `ExitCode`: kAllPassed, kCaseFailed, or kNothingRan where there are no results.
int Summarize(const SummaryOptions& options, const Github& github, std::ostream& out);

}  // namespace dualpath::results
