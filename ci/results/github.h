#pragma once

#include <functional>
#include <optional>
#include <ostream>
#include <string>

#include "ci/results/run.h"

namespace dualpath::results {

/// What GitHub Actions tells a step by its environment, and what it wants to be told.
struct Github {
  /// The value of an environment variable, if it is set.
  using Variables = std::function<std::optional<std::string>(const std::string& name)>;

  bool is_on = false;        ///< GITHUB_ACTIONS is "true"
  std::string step_summary;  ///< GITHUB_STEP_SUMMARY: the file to append to; empty: none

  static Github From(const Variables& variables);
  static Github FromEnvironment();
};

/// A workflow command for each failure: "::error file=cases/failover.cc,line=42,title=Suite.Case::
/// message"; "::warning" for a known issue and for an unexpected pass.
std::string Annotations(const RunResults& run);

/// The job's summary in Markdown: counts, failures with messages, the slowest cases, the skips with
/// their reasons. Cut short where there is so much of it that GitHub would refuse it all.
std::string JobSummary(const RunResults& run);

/// On GitHub prints the annotations and appends the summary to the step's; elsewhere does nothing.
Status TellGithub(const RunResults& run, const Github& github, std::ostream& out);

}  // namespace dualpath::results
