#pragma once

#include "ci/bench/measurement.h"

namespace dualpath::bench {

/// virtme-ng's boot of the lab's kernel, with this machine's files, to a command and out again:
/// what there is elsewhere to try a kernel in a VM at once. Adds the figure, and its ratio to
/// `restore`, the seconds to restore the lab's shell. Where that cannot be measured the figure says
/// why.
void MeasureVirtme(const Bench& bench, double restore);

}  // namespace dualpath::bench
