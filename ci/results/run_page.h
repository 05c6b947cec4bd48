#pragma once

#include <string>

#include "ci/results/run.h"

namespace dualpath::results {

/// Returns the run as one self-contained HTML file. It must be written to the results directory as
/// index.html, because it links to the cases' files there. Messages of cases are escaped.
std::string RunPage(const RunResults& run);

}  // namespace dualpath::results
