#pragma once

#include "ci/bench/measurement.h"

namespace dualpath::bench {

/// Measures, for comparison, how long virtme-ng takes to boot the lab's kernel with this machine's
/// files, run a command and exit. Adds the figure and its ratio to `restore`, the seconds to
/// restore the lab's shell. If it cannot be measured, the figure has the reason.
void MeasureVirtme(const Bench& bench, double restore);

}  // namespace dualpath::bench
