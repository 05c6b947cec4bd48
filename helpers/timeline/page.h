#pragma once

#include <string>

#include "helpers/base/result.h"
#include "helpers/timeline/timeline.h"

namespace dualpath::timeline {

/// The timeline as one HTML file that needs nothing else, no network either: the records as NDJSON
/// in a script element, and the page's own code (helpers/timeline/page) with its plotting library.
/// Whatever the records hold, it stays text.
std::string TimelinePage(const Timeline& timeline);

/// Whether the latency plot's library was there when this was built; without it, I/Os are shown on
/// the guest's lane.
bool HasPlotLibrary();

}  // namespace dualpath::timeline
