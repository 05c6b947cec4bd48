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

  /// Returns virtual seconds per real second.
  double Ratio() const { return virtual_seconds / real_seconds; }
};

/// The times of the last run of a set of cases.
struct SetTimes {
  std::vector<CaseTime> cases;  ///< cases, longest real time first
  /// Duration of the whole run, from the file run.json of ci/cases, ci/test and ci/figures, which
  /// has `wall_seconds` and `jobs`. None without that file, or if cases were run again since.
  std::optional<double> wall_seconds;
  int jobs = 0;  ///< number of cases that ran at a time

  double RealSeconds() const;
  double VirtualSeconds() const;
};

/// Reads the times from a results directory; without results there are no cases.
SetTimes ReadSetTimes(const std::string& results);

}  // namespace dualpath::bench
