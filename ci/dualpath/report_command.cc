#include "ci/dualpath/report_command.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "helpers/base/exit_code.h"
#include "helpers/base/file.h"
#include "helpers/timeline/page.h"
#include "helpers/timeline/trace.h"

namespace dualpath::cli {
namespace {

using timeline::Lane;
using timeline::Record;

constexpr std::int64_t kSecond = 1000000;

/// "2022-05-20 06:17:50", or "12.345 s since boot".
std::string TimeText(std::int64_t time_us, timeline::Timeline::Clock clock) {
  std::array<char, 64> text{};
  if (clock == timeline::Timeline::Clock::kMonotonic) {
    std::snprintf(text.data(), text.size(), "%.3f s since boot",
                  static_cast<double>(time_us) / kSecond);
    return text.data();
  }
  const auto seconds = static_cast<std::time_t>(time_us / kSecond);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%S", &parts);
  return text.data();
}

std::string DurationText(std::int64_t us) {
  constexpr double kMinute = 60;
  constexpr double kHour = 3600;
  constexpr double kDay = 86400;
  const double seconds = static_cast<double>(us) / kSecond;
  std::array<char, 64> text{};
  const auto print = [&](double number, const char* unit) {
    std::snprintf(text.data(), text.size(), "%.1f %s", number, unit);
  };
  if (seconds < 2 * kMinute) {
    print(seconds, "s");
  } else if (seconds < 2 * kHour) {
    print(seconds / kMinute, "min");
  } else if (seconds < 2 * kDay) {
    print(seconds / kHour, "h");
  } else {
    print(seconds / kDay, "days");
  }
  return text.data();
}

std::string Join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

std::string Count(std::uint64_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::string BaseName(const std::string& file) {
  return file == "-" ? "standard input" : std::filesystem::path(file).filename().string();
}

std::string Title(const std::vector<std::string>& files) {
  constexpr std::size_t kMostNamed = 3;
  std::vector<std::string> names;
  for (const std::string& file : files) {
    if (names.size() == kMostNamed) {
      names.push_back(std::to_string(files.size() - kMostNamed) + " more");
      break;
    }
    names.push_back(BaseName(file));
  }
  return Join(names);
}

/// Returns remarks on what is in the files but not in the timeline.
std::vector<std::string> Notes(const timeline::Incident& incident) {
  std::vector<std::string> notes;
  if (incident.spread_seconds) {
    notes.emplace_back(
        "some logs have whole seconds only: lines of one second are spread over it in the "
        "order of the file");
  }
  if (incident.changes_left_out > 0) {
    notes.push_back(
        "too many lines for one page: " + Count(incident.changes_left_out, "change", "changes") +
        " of paths and maps left out, so states may be wrong; pass a part of the log, or a "
        "higher --limit");
  }
  if (incident.uninteresting_left_out > 0) {
    notes.push_back(
        "too many lines for one page: " + Count(incident.uninteresting_left_out, "line", "lines") +
        " without a change left out, evenly");
  }
  std::uint64_t others = 0;
  std::vector<std::pair<std::uint64_t, std::string>> programs;
  for (const auto& [program, count] : incident.other_programs) {
    others += count;
    programs.emplace_back(count, program);
  }
  if (others > 0) {
    constexpr std::size_t kMostNamed = 3;
    std::sort(programs.rbegin(), programs.rend());
    std::vector<std::string> named;
    for (const auto& [count, program] : programs) {
      if (named.size() == kMostNamed) break;
      named.push_back(program + " " + std::to_string(count));
    }
    if (programs.size() > kMostNamed) named.emplace_back("...");
    notes.push_back("not shown: " + Count(others, "line", "lines") + " of other programs (" +
                    Join(named) + ")");
  }
  if (incident.other_kernel_lines > 0) {
    notes.push_back(
        "not shown: " + Count(incident.other_kernel_lines, "kernel line", "kernel lines") +
        " not about storage");
  }
  for (const auto& [reason, tally] : incident.not_understood) {
    notes.push_back(Count(tally.count, "line", "lines") + " not understood: " + reason +
                    "; first " + tally.first);
  }
  return notes;
}

void PrintSummary(const timeline::Incident& incident, const ReportOptions& options,
                  std::ostream& out) {
  const timeline::Timeline& timeline = incident.timeline;
  std::int64_t first_us = timeline.records.front().time_us;
  std::int64_t last_us = first_us;
  std::map<Lane, std::uint64_t> lanes;
  std::set<std::string> maps;
  std::map<std::string, std::string> paths;
  for (const timeline::Record& record : timeline.records) {
    first_us = std::min(first_us, record.time_us);
    last_us = std::max(last_us, record.time_us + record.duration_us.value_or(0));
    ++lanes[record.lane];
    if (!record.map.empty()) maps.insert(record.map);
    if (record.lane == Lane::kPath && !record.path.empty()) {
      std::string& device = paths[record.path];
      if (device.empty()) device = record.device;
    }
  }
  std::vector<std::string> counts;
  counts.reserve(lanes.size());
  for (const auto& [lane, count] : lanes) {
    counts.push_back(std::string(timeline::Name(lane)) + " " + std::to_string(count));
  }
  std::vector<std::string> names;
  constexpr std::size_t kMostNamed = 16;
  for (const auto& [path, device] : paths) {
    if (names.size() == kMostNamed) {
      names.push_back(std::to_string(paths.size() - kMostNamed) + " more");
      break;
    }
    names.push_back(device.empty() || device == path ? path : path + " (" + device + ")");
  }
  out << "time     " << TimeText(first_us, timeline.clock) << " to "
      << TimeText(last_us, timeline.clock) << ", " << DurationText(last_us - first_us) << "\n";
  out << "records  " << Join(counts) << ", from " << Count(incident.lines, "line", "lines") << "\n";
  if (!maps.empty()) out << "maps     " << Join({maps.begin(), maps.end()}) << "\n";
  if (!names.empty()) out << "paths    " << Join(names) << "\n";
  for (const std::string& note : timeline.notes) out << "note     " << note << "\n";
  out << "page     " << options.page << "\n";
  if (!options.trace.empty()) out << "trace    " << options.trace << "\n";
  if (!options.records.empty()) out << "records  " << options.records << "\n";
}

Status Write(const std::string& file, const std::string& content) {
  return WriteFileAtomically(std::filesystem::absolute(file).string(), content);
}

Status WriteAll(const timeline::Timeline& timeline, const ReportOptions& options) {
  if (!options.records.empty()) {
    DUALPATH_TRY_STATUS(Write(options.records, timeline::ToNdjson(timeline.records)));
  }
  if (!options.trace.empty())
    DUALPATH_TRY_STATUS(Write(options.trace, timeline::TraceJson(timeline)));
  return Write(options.page, timeline::TimelinePage(timeline));
}

}  // namespace

int RunReport(const ReportOptions& options, std::ostream& out, std::ostream& err) {
  auto incident = timeline::ReadIncident(options.incident);
  if (!incident.ok()) {
    err << "dualpath report: " << incident.error().ToString() << "\n";
    return kUsage;
  }
  timeline::Timeline& timeline = incident->timeline;
  timeline.title = Title(options.incident.files);
  timeline.notes = Notes(*incident);
  if (timeline.records.empty()) {
    err << "dualpath report: " << Title(options.incident.files)
        << ": no line of multipathd, QEMU or the kernel's storage drivers in "
        << Count(incident->lines, "line", "lines") << "\n";
    for (const std::string& note : timeline.notes) err << "  " << note << "\n";
    err << "Expected: journalctl -o short-precise, syslog or dmesg; see dualpath report --help\n";
    return kUsage;
  }
  const Status written = WriteAll(timeline, options);
  if (!written.ok()) {
    err << "dualpath report: " << written.error().ToString() << "\n";
    return kUsage;
  }
  PrintSummary(*incident, options, out);
  return kAllPassed;
}

}  // namespace dualpath::cli
