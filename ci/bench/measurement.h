#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ci/bench/figure.h"
#include "ci/bench/lab.h"
#include "ci/bench/set_times.h"
#include "helpers/base/result.h"

namespace dualpath::bench {

/// What a measurement works with, and where its figures go.
struct Bench {
  const Lab& lab;
  const SetTimes& set;  ///< of the run whose results were asked for
  std::string results;  ///< where they are
  int runs = 0;         ///< of what is short; what is long is done a few times
  std::function<void(const Figure&)> add;

  /// At most this often, and as often as asked for.
  int UpTo(int most) const { return runs < most ? runs : most; }
};

/// A group of figures that are taken together.
struct Measurement {
  std::string name;  ///< for --only
  std::string what;  ///< for progress
  Status (*measure)(const Bench& bench);
};

/// In the order in which they are taken.
const std::vector<Measurement>& AllMeasurements();

Status MeasureSet(const Bench& bench);
Status MeasureRestore(const Bench& bench);
Status MeasureVerdict(const Bench& bench);
Status MeasureSmoke(const Bench& bench);
Status MeasureDown(const Bench& bench);
Status MeasureMemory(const Bench& bench);
Status MeasureParallel(const Bench& bench);
Status MeasureLio(const Bench& bench);
Status MeasureGrowth(const Bench& bench);

}  // namespace dualpath::bench
