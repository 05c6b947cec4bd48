#pragma once

#include <ostream>
#include <string>

#include "ci/results/github.h"

namespace dualpath::results {

struct SummaryOptions {
  std::string results = "build/results";
  std::string previous;  ///< empty: the results directory's name with ".previous" appended
};

/// `dualpath summary`: prints, for a results directory, a line with the times of each case, the
/// reason for each skip, the message of each failure, the sums, the comparison with the previous
/// run and, for each failure, the page to open and the commands to run next. Writes the run's page,
/// index.html, to the directory, and on GitHub also annotations and the job's summary. Returns an
/// `ExitCode`: kAllPassed, kCaseFailed, or kNothingRan if there are no results.
int Summarize(const SummaryOptions& options, const Github& github, std::ostream& out);

}  // namespace dualpath::results
