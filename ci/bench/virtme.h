#pragma once

#include "ci/bench/measurement.h"

namespace dualpath::bench {

/// Measures, for comparison, the time that virtme-ng takes to boot the lab's kernel with this
/// machine's files, run a command and exit. Adds this figure, and its ratio to `restore`, the time
/// to restore the lab's shell. If it cannot be measured, the figure's note states the reason.
void MeasureVirtme(const Bench& bench, double restore);

}  // namespace dualpath::bench
