#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ci/bench/bench_lab.h"
#include "ci/bench/figure.h"
#include "ci/bench/set_times.h"
#include "helpers/base/result.h"

namespace dualpath::bench {

/// Input of a measurement, and receiver of its figures.
struct Bench {
  const BenchLab& lab;
  const SetTimes& set;  ///< times of the run in `results`
  std::string results;  ///< results directory of a run of the cases
  int runs = 0;         ///< repetitions of short measurements; long ones are repeated a few times
  std::function<void(const Figure&)> add;

  /// Returns the number of repetitions, limited to `most`.
  int UpTo(int most) const { return runs < most ? runs : most; }
};

/// A group of figures that are measured together.
struct Measurement {
  std::string name;  ///< name for --only
  std::string what;  ///< description for progress messages
  Status (*measure)(const Bench& bench);
};

/// Returns all measurements in the order of execution.
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
