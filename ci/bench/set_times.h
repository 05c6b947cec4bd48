#pragma once

#include <optional>
#include <string>
#include <vector>

namespace dualpath::bench {

struct CaseTime {
  std::string name;
  double real_seconds = 0;
  double virtual_seconds = 0;

  /// Returns virtual seconds per real second.
  double Ratio() const { return virtual_seconds / real_seconds; }
};

/// Times of the last run of a set of cases.
struct SetTimes {
  std::vector<CaseTime> cases;  ///< cases, sorted by decreasing real time
  /// Duration of the whole run, from run.json, which ci/cases, ci/test and ci/figures write
  /// (`wall_seconds`, `jobs`). None without that file, or if a case has been rerun since.
  std::optional<double> wall_seconds;
  int jobs = 0;  ///< number of cases that ran concurrently

  double RealSeconds() const;
  double VirtualSeconds() const;
};

/// Reads the times from a results directory. No cases if there are no results.
SetTimes ReadSetTimes(const std::string& results);

}  // namespace dualpath::bench
