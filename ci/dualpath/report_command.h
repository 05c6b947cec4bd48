#pragma once

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "helpers/timeline/incident.h"

namespace dualpath::cli {

struct ReportOptions {
  timeline::IncidentOptions incident;
  std::string page = "timeline.html";  ///< output file
  std::string trace;                   ///< output file of the trace; empty: none
  std::string records;                 ///< output file of the records as NDJSON; empty: none
};

/// Runs `dualpath report FILE...`: writes the timeline of an incident from its logs, and prints a
/// short summary on `out`. Returns the exit code: 0, or 2 with one message on `err` if a file
/// cannot be read or written, or if no line belongs on the timeline.
int RunReport(const ReportOptions& options, std::ostream& out, std::ostream& err);

}  // namespace dualpath::cli
