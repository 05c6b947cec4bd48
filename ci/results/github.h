#pragma once

#include <functional>
#include <optional>
#include <ostream>
#include <string>

#include "ci/results/run.h"

namespace dualpath::results {

/// Environment of a GitHub Actions step.
struct Github {
  /// Returns the value of an environment variable, if it is set.
  using Variables = std::function<std::optional<std::string>(const std::string& name)>;

  bool is_on = false;        ///< GITHUB_ACTIONS is "true"
  std::string step_summary;  ///< GITHUB_STEP_SUMMARY: file to append the summary to; empty if none

  static Github From(const Variables& variables);
  static Github FromEnvironment();
};

/// Returns a workflow command for each failure: "::error
/// file=cases/failover.cc,line=42,title=Suite.Case:: message", also for a case without a verdict
/// and for a skip that is not allowed; "::warning" for a known issue and for an unexpected pass.
std::string Annotations(const RunResults& run);

/// Returns the job's summary in Markdown: counts, failures with messages, the slowest cases, skips
/// with their reasons. Long lists and texts are truncated, since GitHub rejects large summaries.
std::string JobSummary(const RunResults& run);

/// Lines between which GitHub obeys no workflow command; empty elsewhere. The text between them
/// comes from cases, which must not be able to guess the second line.
struct Fence {
  std::string before;
  std::string after;
};
Fence FenceOf(const Github& github);

/// On GitHub, prints the annotations and appends the summary to the step's; elsewhere does nothing.
Status ReportToGithub(const RunResults& run, const Github& github, std::ostream& out);

}  // namespace dualpath::results
