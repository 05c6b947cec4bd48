#include <sstream>

#include "ci/fuzzing/targets.h"
#include "helpers/multipath/log_line.h"
#include "helpers/observe/ftrace_line.h"
#include "helpers/observe/kernel_log.h"
#include "helpers/observe/qemu_trace_line.h"
#include "helpers/observe/uevents.h"
#include "helpers/timeline/log_entry.h"
#include "helpers/timeline/log_records.h"
#include "helpers/timeline/record.h"
#include "helpers/timeline/storage_lines.h"

namespace dualpath::fuzzing {
namespace {

constexpr std::int64_t kDayUs = 86400LL * 1000000;

bool IsIn(std::string_view part, std::string_view whole) {
  return part.empty() ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

Status FuzzEntry(const std::string& line) {
  const timeline::ParsedLine parsed = timeline::ParseLogEntry(line);
  if (parsed.kind != timeline::ParsedLine::Kind::kEntry) return Ok{};
  const timeline::LogEntry& entry = parsed.entry;
  DUALPATH_TRY_STATUS(Promise(IsIn(entry.message, line) && !entry.program.empty(),
                              "an entry has a program, and its message is in its line", line));
  const bool no_year = entry.stamp.kind == timeline::Stamp::Kind::kNoYear;
  DUALPATH_TRY_STATUS(
      Promise(!no_year || (entry.stamp.us >= 0 && entry.stamp.us <= kDayUs + 1000000 &&
                           timeline::IsDate(2024, entry.stamp.month, entry.stamp.day)),
              "a time of day is in a day", line));
  std::string_view message = entry.message;
  timeline::TakeBootStamp(message);
  return Promise(IsIn(message, line), "a boot stamp is at the beginning", line);
}

/// A table that multipathd logged prints as it was logged.
Status FuzzMultipathd(const std::string& message) {
  const multipath::LogLine line = multipath::ParseLogLine(message);
  DUALPATH_TRY_STATUS(
      Promise(line == multipath::ParseLogLine(message), "parsing has no memory", message));
  static_cast<void>(timeline::ClassOf(message));
  static_cast<void>(timeline::IsAboutStorage(message));
  if (const auto* load = std::get_if<multipath::TableLoad>(&line)) {
    const std::string again = load->map + ": load table [" + load->table.ToString() + "]";
    const multipath::LogLine reparsed = multipath::ParseLogLine(again);
    const auto* same = std::get_if<multipath::TableLoad>(&reparsed);
    return Promise(same != nullptr && same->map == load->map && same->table == load->table,
                   "a printed table load parses", again);
  }
  return Ok{};
}

/// Every line becomes a record, whatever is in it, and every record is written and read back.
Status FuzzRecords(const std::string& text) {
  std::vector<observe::LogMessage> messages;
  for (const std::string& line : Lines(text)) {
    const bool kernel = line.empty() || line[0] == 'k';
    messages.push_back({kernel ? "kernel" : "multipathd",
                        static_cast<std::int64_t>(messages.size()),
                        line.substr(line.empty() ? 0 : 1)});
  }
  const std::vector<timeline::Record> records = timeline::FromLog(messages);
  std::size_t lines = 0;
  for (const timeline::Record& record : records) lines += record.kind == "line" ? 1 : 0;
  DUALPATH_TRY_STATUS(Promise(lines == messages.size(), "each line is a record",
                              std::to_string(lines) + " of " + std::to_string(messages.size())));
  const auto once = timeline::ParseNdjson(timeline::ToNdjson(records));
  if (!once.ok()) return once.error();
  const auto twice = timeline::ParseNdjson(timeline::ToNdjson(*once));
  return Promise(twice.ok() && *twice == *once && once->size() == records.size(),
                 "written records are read back", timeline::ToNdjson(*once));
}

Status FuzzUevent(const std::string& bytes) {
  const observe::Uevent uevent = observe::Uevent::Parse(0, bytes);
  std::string again;
  for (const auto& [key, value] : uevent.properties) again += key + "=" + value + '\0';
  return Promise(observe::Uevent::Parse(0, again).properties == uevent.properties,
                 "properties parse as printed", again);
}

}  // namespace

Status FuzzLog(const std::string& input) {
  std::string text = input;
  switch (TakeChoice(text, 8)) {
    case 0:
      return FuzzEntry(text);
    case 1:
      return FuzzMultipathd(text);
    case 2:
      return FuzzRecords(text);
    case 3: {
      const auto message = observe::KernelMessage::Parse(text);
      return Promise(!message.ok() || message->priority < 8, "a level is 0 to 7", text);
    }
    case 4: {
      const observe::Trace trace = observe::ParseTrace(text);
      for (const observe::TraceEvent& event : trace.events) static_cast<void>(event.ToString());
      return Promise(trace.events.size() + trace.not_understood.size() <= Lines(text).size(),
                     "a line is one event", text);
    }
    case 5:
      static_cast<void>(observe::ParseQemuTraceLine(text));
      return Ok{};
    case 6:
      return FuzzUevent(text);
    default: {
      const auto record = timeline::Record::ParseJsonLine(text);
      if (!record.ok()) return Ok{};
      const auto again = timeline::Record::ParseJsonLine(record->ToJsonLine());
      return Promise(again.ok() && *again == *record, "a written record is read back",
                     record->ToJsonLine());
    }
  }
}

}  // namespace dualpath::fuzzing
