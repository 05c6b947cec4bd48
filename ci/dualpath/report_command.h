#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "helpers/timeline/incident.h"

namespace dualpath::cli {

struct ReportOptions {
  timeline::IncidentOptions incident;
  std::string page = "timeline.html";  ///< replaced as a whole
  std::string trace;                   ///< empty: none
  std::string records;                 ///< the timeline's NDJSON; empty: none
};

/// `dualpath report FILE...`: the timeline of an incident from what there is of its logs, and a
/// short summary on `out`. Returns the exit code: 0, or 2 with one message on `err` if a file
/// cannot be read or written, or if there is nothing in them for the timeline.
int RunReport(const ReportOptions& options, std::ostream& out, std::ostream& err);

}  // namespace dualpath::cli
