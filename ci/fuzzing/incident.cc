#include "helpers/timeline/incident.h"

#include <nlohmann/json.hpp>
#include <sstream>

#include "ci/fuzzing/targets.h"
#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/timeline/account_text.h"
#include "helpers/timeline/incident_text.h"
#include "helpers/timeline/page.h"
#include "helpers/timeline/trace.h"

namespace dualpath::fuzzing {

/// Two logs, separated by a form feed. Every line is accounted for, and what is written of them can
/// be read.
Status FuzzIncident(const std::string& input) {
  static const auto directory = TemporaryDirectory::Create();
  if (!directory.ok()) return directory.error();
  const auto [first, second] = Split(input, '\f');
  timeline::IncidentOptions options;
  options.files = {directory->path() + "/first", directory->path() + "/second"};
  options.first_year = 2022;
  DUALPATH_TRY_STATUS(WriteFileAtomically(options.files[0], first));
  DUALPATH_TRY_STATUS(WriteFileAtomically(options.files[1], second));
  DUALPATH_TRY(timeline::Incident incident, timeline::ReadIncident(options));
  incident.timeline.notes = timeline::IncidentNotes(incident);
  DUALPATH_TRY_STATUS(Promise(incident.lines == Lines(first).size() + Lines(second).size(),
                              "every line is read", std::to_string(incident.lines)));
  const auto& records = incident.timeline.records;
  const auto again = timeline::ParseNdjson(timeline::ToNdjson(records));
  DUALPATH_TRY_STATUS(Promise(again.ok() && *again == records, "written records are read back",
                              timeline::ToNdjson(records)));
  DUALPATH_TRY_STATUS(
      Promise(nlohmann::json::accept(timeline::TraceJson(incident.timeline)), "the trace is JSON"));
  static_cast<void>(timeline::TimelinePage(incident.timeline));
  if (records.empty()) return Ok{};
  std::ostringstream out;
  timeline::PrintIncident(incident, out);
  const timeline::Account account = timeline::Tell(incident);
  for (const std::string& sentence : timeline::Sentences(account)) out << sentence << "\n";
  DUALPATH_TRY_STATUS(Promise(nlohmann::json::accept(timeline::ToJson(account).dump(
                                  -1, ' ', false, nlohmann::json::error_handler_t::replace)),
                              "the account is JSON"));
  for (const char c : out.str()) {
    DUALPATH_TRY_STATUS(Promise(static_cast<unsigned char>(c) >= ' ' || c == '\n',
                                "a terminal gets no control characters", out.str()));
  }
  return Ok{};
}

}  // namespace dualpath::fuzzing
