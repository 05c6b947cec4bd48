#include "helpers/timeline/incident_text.h"

#include <algorithm>
#include <array>
#include <boost/algorithm/string/join.hpp>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <utility>

#include "helpers/base/text.h"
#include "helpers/timeline/durations.h"

namespace dualpath::timeline {
namespace {

using boost::algorithm::join;

/// Describes the lines of programs that have no lane: "3 lines of other programs (sshd 2, ...)".
std::string OtherPrograms(const Incident& incident) {
  constexpr std::size_t kMostNamed = 3;
  std::uint64_t lines = 0;
  std::vector<std::pair<std::uint64_t, std::string>> programs;
  for (const auto& [program, count] : incident.other_programs) {
    lines += count;
    programs.emplace_back(count, program);
  }
  std::sort(programs.rbegin(), programs.rend());
  std::vector<std::string> named;
  for (const auto& [count, program] : programs) {
    if (named.size() == kMostNamed) {
      named.emplace_back("...");
      break;
    }
    named.push_back(program + " " + std::to_string(count));
  }
  return Count(lines, "line", "lines") + " of other programs (" + join(named, ", ") + ")";
}

struct Extent {
  std::int64_t first_us = 0;
  std::int64_t last_us = 0;
};

Extent ExtentOf(const Timeline& timeline) {
  Extent extent{timeline.records.front().time_us, timeline.records.front().time_us};
  for (const Record& record : timeline.records) {
    extent.first_us = std::min(extent.first_us, record.time_us);
    extent.last_us = std::max(extent.last_us, record.time_us + record.duration_us.value_or(0));
  }
  return extent;
}

std::string RecordsByLane(const Timeline& timeline) {
  std::map<Lane, std::uint64_t> lanes;
  for (const Record& record : timeline.records) ++lanes[record.lane];
  std::vector<std::string> counts;
  counts.reserve(lanes.size());
  for (const auto& [lane, count] : lanes) {
    counts.push_back(std::string(Name(lane)) + " " + std::to_string(count));
  }
  return join(counts, ", ");
}

std::string Maps(const Timeline& timeline) {
  std::set<std::string> maps;
  for (const Record& record : timeline.records) {
    if (!record.map.empty()) maps.insert(record.map);
  }
  return join(maps, ", ");
}

std::string Paths(const Timeline& timeline) {
  constexpr std::size_t kMostNamed = 16;
  std::map<std::string, std::string> devices;
  for (const Record& record : timeline.records) {
    if (record.lane != Lane::kPath || record.path.empty()) continue;
    std::string& device = devices[record.path];
    if (device.empty()) device = record.device;
  }
  std::vector<std::string> names;
  names.reserve(devices.size());
  for (const auto& [path, device] : devices) {
    names.push_back(PathText(path, device));
  }
  return JoinFirst(std::move(names), kMostNamed);
}

}  // namespace

std::string TimeText(std::int64_t time_us, Timeline::Clock clock) {
  std::array<char, 64> text{};
  if (clock == Timeline::Clock::kMonotonic) {
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
  constexpr std::int64_t kHour = 60 * kMinute;
  std::array<char, 64> text{};
  const auto print = [&](std::int64_t unit, const char* name) {
    const double number = static_cast<double>(us) / static_cast<double>(unit);
    std::snprintf(text.data(), text.size(), "%.1f %s", number, name);
  };
  if (us < 2 * kMinute) {
    print(kSecond, "s");
  } else if (us < 2 * kHour) {
    print(kMinute, "min");
  } else if (us < 2 * kDay) {
    print(kHour, "h");
  } else {
    print(kDay, "days");
  }
  return text.data();
}

std::string PathText(const std::string& path, const std::string& device) {
  return device.empty() || device == path ? path : path + " (" + device + ")";
}

std::string JoinFirst(std::vector<std::string> words, std::size_t most) {
  if (words.size() > most) {
    const std::size_t others = words.size() - most;
    words.resize(most);
    words.push_back(std::to_string(others) + " more");
  }
  return join(words, ", ");
}

std::string Count(std::uint64_t count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

std::string IncidentTitle(const std::vector<std::string>& files) {
  constexpr std::size_t kMostNamed = 3;
  std::vector<std::string> names;
  names.reserve(files.size());
  for (const std::string& file : files) {
    names.push_back(file == "-" ? "standard input"
                                : std::filesystem::path(file).filename().string());
  }
  return JoinFirst(std::move(names), kMostNamed);
}

std::vector<std::string> IncidentNotes(const Incident& incident) {
  std::vector<std::string> notes;
  if (incident.spread_seconds) {
    notes.emplace_back(
        "some logs have only whole seconds: lines of the same second are spread over it in file "
        "order");
  }
  if (incident.changes_left_out > 0) {
    notes.push_back(
        "too many lines for one page: " + Count(incident.changes_left_out, "change", "changes") +
        " of paths and maps left out, so states may be wrong; use a part of the log, or a "
        "higher --limit");
  }
  if (incident.uninteresting_left_out > 0) {
    notes.push_back(
        "too many lines for one page: " + Count(incident.uninteresting_left_out, "line", "lines") +
        " without a change of state left out, evenly");
  }
  if (!incident.other_programs.empty()) notes.push_back("not shown: " + OtherPrograms(incident));
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

void PrintIncident(const Incident& incident, std::ostream& out) {
  std::ostringstream text;
  const Timeline& timeline = incident.timeline;
  const Extent extent = ExtentOf(timeline);
  text << "time     " << TimeText(extent.first_us, timeline.clock) << " to "
       << TimeText(extent.last_us, timeline.clock) << ", "
       << DurationText(extent.last_us - extent.first_us) << "\n";
  text << "records  " << RecordsByLane(timeline) << ", from "
       << Count(incident.lines, "line", "lines") << "\n";
  const std::string maps = Maps(timeline);
  if (!maps.empty()) text << "maps     " << maps << "\n";
  const std::string paths = Paths(timeline);
  if (!paths.empty()) text << "paths    " << paths << "\n";
  for (const std::string& note : timeline.notes) text << "note     " << note << "\n";
  out << WithoutControls(text.str());
}

}  // namespace dualpath::timeline
