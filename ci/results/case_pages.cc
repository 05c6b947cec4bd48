#include "ci/results/case_pages.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "ci/results/stack.h"
#include "helpers/base/file.h"
#include "helpers/timeline/incident.h"
#include "helpers/timeline/page.h"
#include "helpers/timeline/trace.h"

namespace dualpath::results {
namespace {

namespace fs = std::filesystem;
using timeline::Record;

constexpr char kRecords[] = "/records.ndjson";
constexpr char kJournal[] = "/journal.log";

Result<timeline::Incident> Read(const std::vector<std::string>& files) {
  timeline::IncidentOptions options;
  options.files = files;
  return timeline::ReadIncident(options);
}

bool IsComplete(const timeline::Incident& incident) {
  const auto& records = incident.timeline.records;
  return std::any_of(records.begin(), records.end(),
                     [](const Record& record) { return record.kind == "end"; });
}

/// Reads the case's records and, if they are incomplete, the journal.
Result<timeline::Incident> ReadAll(const std::string& directory) {
  std::error_code ec;
  const bool has_records = fs::exists(directory + kRecords, ec);
  const bool has_journal = fs::exists(directory + kJournal, ec);
  std::vector<std::string> files;
  if (has_records) files.push_back(directory + kRecords);
  DUALPATH_TRY(timeline::Incident incident, Read(files));
  if (IsComplete(incident) || !has_journal) return incident;
  files.push_back(directory + kJournal);
  DUALPATH_TRY(incident, Read(files));
  incident.timeline.notes.emplace_back(
      "the case's process exited before it completed its timeline: logs are from the journal "
      "since boot, and guest I/O that was still running is missing");
  return incident;
}

}  // namespace

Status WriteCasePages(const std::string& directory, const std::string& title) {
  DUALPATH_TRY(timeline::Incident incident, ReadAll(directory));
  timeline::Timeline& timeline = incident.timeline;
  if (timeline.records.empty()) return Ok{};
  timeline.title = title;
  if (const auto stack = ReadStack(directory)) timeline.stack = ToText(*stack);
  timeline.clock = timeline::Timeline::Clock::kMonotonic;
  for (const auto& [reason, tally] : incident.not_understood) {
    timeline.notes.push_back(std::to_string(tally.count) + " lines not understood: " + reason +
                             "; first " + tally.first);
  }
  DUALPATH_TRY_STATUS(
      WriteFileAtomically(directory + "/trace.json", timeline::TraceJson(timeline)));
  return WriteFileAtomically(directory + "/timeline.html", timeline::TimelinePage(timeline));
}

}  // namespace dualpath::results
