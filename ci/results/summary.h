#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "ci/results/github.h"

namespace dualpath::results {

struct SummaryOptions {
  std::string results;        ///< directory
  std::string previous;       ///< empty: the results directory's name with ".previous" appended
  std::string allowed_skips;  ///< file of allowed_skips.h: other skips fail; empty: all are allowed
  std::vector<std::string> shards{};  ///< results to merge into `results` first (shards.h)
};

/// `dualpath summary`: prints, for a results directory, a line with the times of each case, the
/// reason for each skip, the message of each failure, the sums, the comparison with the previous
/// run and, for each failure, the page to open and the commands to run next. Writes index.html, the
/// run's page, and results.tap to the directory, and on GitHub also annotations and the job's
/// summary. Returns an `ExitCode`: kUsage if the shards cannot be merged, kCaseFailed if a case
/// failed or was skipped for a reason that is not allowed, else kInfrastructure if one has no
/// verdict, else kNothingRan if none passed, else kAllPassed.
int Summarize(const SummaryOptions& options, const Github& github, std::ostream& out);

}  // namespace dualpath::results
