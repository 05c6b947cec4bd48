#pragma once

#include <string>

#include "ci/bench/figures.h"

namespace dualpath::bench {

/// Returns the figures as one self-contained HTML file. Markup in texts is escaped.
std::string Page(const Figures& figures);

}  // namespace dualpath::bench
