#pragma once

#include <string>

#include "ci/results/run.h"

namespace dualpath::results {

/// The run as one HTML file that needs nothing else, no network either; to be put into the results
/// directory as index.html, whence it links to what each case has left. Whatever the cases said, it
/// stays text.
std::string RunPage(const RunResults& run);

}  // namespace dualpath::results
