#pragma once

#include <ostream>
#include <string>

#include "ci/dualpath/subcommand.h"
#include "helpers/timeline/incident.h"

namespace dualpath::cli {

struct ReportOptions {
  timeline::IncidentOptions incident;
  std::string page = "timeline.html";  ///< file to write the page to, replaced atomically
  std::string trace;                   ///< file to write the trace to; empty if none
  std::string json;                    ///< file to write what happened to, as JSON; empty if none
  std::string records;                 ///< file to write the records to, as NDJSON; empty if none
};

/// `dualpath report FILE...`: writes the timeline of an incident from its logs, and prints what
/// happened, in words, and a short summary on `out`. Returns 0, or 2 with a message on `err` if a
/// file cannot be read or written, or if no log line belongs on the timeline.
int RunReport(const ReportOptions& options, std::ostream& out, std::ostream& err);

class ReportCommand : public Subcommand {
 public:
  explicit ReportCommand(CLI::App& app);

  /// Returns an `ExitCode`.
  int Run() const;

 private:
  ReportOptions options_;
};

}  // namespace dualpath::cli
