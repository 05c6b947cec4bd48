#pragma once

#include <string>

#include "helpers/timeline/timeline.h"

namespace dualpath::timeline {

/// Renders the timeline in Chrome's trace-event format ("Trace Event Format", JSON object form),
/// for ui.perfetto.dev and chrome://tracing. Lanes are threads, and so is each path and map; states
/// are complete events, guest I/Os are async events, since they may overlap, with their latency as
/// a counter, and all other records are instant events.
std::string TraceJson(const Timeline& timeline);

}  // namespace dualpath::timeline
