#pragma once

#include <string>

#include "ci/bench/report.h"

namespace dualpath::bench {

/// The report as one HTML file that needs nothing else, no network either. Whatever the words in it
/// hold, they stay text.
std::string Page(const Report& report);

}  // namespace dualpath::bench
