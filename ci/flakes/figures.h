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
  int runs = 0;  ///< without skipped ones
  int failures = 0;
  int no_verdicts = 0;
  int skips = 0;
  double mean_seconds = 0;  ///< of `runs`

  /// Bound of the rate at which the case does not pass: no verdict counts as a failure, since a run
  /// of it has to be repeated, too.
  double upper_bound = 1;
};

/// Returns the figures of each case, sorted by name; also of those that have not run yet.
std::vector<CaseFigures> FiguresOf(const Ledger& ledger);

/// Returns a table and the sums, for people.
std::string ToText(const Setup& setup, const std::vector<CaseFigures>& figures);

/// Returns the setup and an object for each case, with the members' names.
std::string ToJsonText(const Setup& setup, const std::vector<CaseFigures>& figures);

}  // namespace dualpath::flakes
