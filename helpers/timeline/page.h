#pragma once

#include <string>

#include "helpers/base/result.h"
#include "helpers/timeline/timeline.h"

namespace dualpath::timeline {

/// Renders the timeline as one self-contained HTML file: the records as NDJSON in a script element,
/// and the page's code (helpers/timeline/page) with its plotting library. Loads nothing from the
/// network. Text of the records is never interpreted as HTML.
std::string TimelinePage(const Timeline& timeline);

/// Returns whether the library of the latency plot was available at build time. Without it, I/Os
/// are shown on the guest's lane.
bool HasPlotLibrary();

}  // namespace dualpath::timeline
