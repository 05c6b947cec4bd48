#pragma once

#include <optional>
#include <string>
#include <vector>

namespace dualpath::bench {

/// The times of one case of a run.
struct CaseTime {
  std::string name;
  double real_seconds = 0;
  double virtual_seconds = 0;

  /// Virtual seconds per real one.
  double Ratio() const { return virtual_seconds / real_seconds; }
};

/// The last run of a set of cases, as it is in the results.
struct SetTimes {
  std::vector<CaseTime> cases;  ///< the longest, in real time, first
  /// Of the whole run, from run.json, which ci/cases, ci/test and ci/figures leave: a file with
  /// `wall_seconds` and `jobs`, how many cases ran at a time. None: no such file, or cases have
  /// been run again since.
  std::optional<double> wall_seconds;
  int jobs = 0;

  double RealSeconds() const;
  double VirtualSeconds() const;
};

/// No cases where there are no results.
SetTimes ReadSetTimes(const std::string& results);

}  // namespace dualpath::bench
