#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ci/bench/figure.h"
#include "ci/bench/machine.h"
#include "ci/bench/set_times.h"

namespace dualpath::bench {

/// All that one run of `dualpath bench` has measured.
struct Report {
  Machine machine;
  std::string stack;            ///< of the lab, "trixie"
  std::int64_t began = 0;       ///< seconds since 1970
  double seconds = 0;           ///< that the measuring took
  std::vector<Figure> figures;  ///< in the order measured
  SetTimes set;                 ///< of the run whose results were read, if any
  /// The measurements that the lab has failed, "down: talk to the lab VM: ...".
  std::vector<std::string> failures;
};

}  // namespace dualpath::bench
