#pragma once

#include <string>

#include "ci/results/run.h"

namespace dualpath::results {

/// Returns the verdicts in the Test Anything Protocol, version 13 (testanything.org): a line for
/// each case, and for one without success its messages as a YAML block. A known issue is a "TODO".
std::string Tap(const RunResults& run);

}  // namespace dualpath::results
