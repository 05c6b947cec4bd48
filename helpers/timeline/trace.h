#pragma once

#include <string>

#include "helpers/timeline/timeline.h"

namespace dualpath::timeline {

/// The timeline in Chrome's trace-event format, which ui.perfetto.dev and chrome://tracing open
/// ("Trace Event Format", JSON object form). Lanes are threads, each path and map one of its own;
/// states are complete events, points are instants, guest I/Os are async events, since they may
/// overlap, and their latency is a counter too.
std::string TraceJson(const Timeline& timeline);

}  // namespace dualpath::timeline
