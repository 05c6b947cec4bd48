#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ci/bench/figure.h"
#include "ci/bench/machine.h"
#include "ci/bench/set_times.h"

namespace dualpath::bench {

/// Result of one run of `dualpath bench`.
struct Figures {
  Machine machine;
  std::string stack;        ///< stack of the lab, "trixie"
  std::int64_t began = 0;   ///< start of the run, in seconds since 1970
  double seconds = 0;       ///< duration of the run
  std::vector<Figure> all;  ///< figures in the order measured
  SetTimes set;             ///< times of the last run of cases, if any
  /// Measurements that failed because of the lab, "down: talk to the lab VM: ...".
  std::vector<std::string> failures;
};

}  // namespace dualpath::bench
