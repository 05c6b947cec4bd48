#pragma once

#include <string>
#include <vector>

#include "ci/flakes/ledger.h"

namespace dualpath::flakes {

/// Returns the upper end of Wilson's score interval of a probability, 95 %: with `failures` in
/// `runs` runs the true rate is above it in 2.5 % of all experiments. 1 without runs.
/// E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927.
double UpperBound(int failures, int runs);

struct CaseFigures {
  std::string name;
  int runs = 0;  ///< runs that were not skipped
  int failures = 0;
  int no_verdicts = 0;
  int skips = 0;
  double mean_seconds = 0;  ///< mean duration of `runs`

  /// Upper bound of the rate at which the case does not pass. A run without a verdict counts as a
  /// failure, since it has to be repeated, too.
  double upper_bound = 1;
};

/// Returns the figures of each case, sorted by name, including those that have not run yet.
std::vector<CaseFigures> FiguresOf(const Ledger& ledger);

/// Returns a table and the sums, as text.
std::string ToText(const Setup& setup, const std::vector<CaseFigures>& figures);

/// Returns the setup and an object for each case, with the members' names.
std::string ToJsonText(const Setup& setup, const std::vector<CaseFigures>& figures);

}  // namespace dualpath::flakes
