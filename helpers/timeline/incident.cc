#include "helpers/timeline/incident.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <boost/algorithm/string/predicate.hpp>
#include <cstdio>
#include <string_view>
#include <utility>

#include "helpers/base/utf8.h"
#include "helpers/multipath/topology_parser.h"
#include "helpers/timeline/line_reader.h"
#include "helpers/timeline/line_store.h"
#include "helpers/timeline/log_clock.h"
#include "helpers/timeline/log_records.h"
#include "helpers/timeline/merge.h"
#include "helpers/timeline/path_names.h"
#include "helpers/timeline/storage_lines.h"

namespace dualpath::timeline {
namespace {

using boost::contains;

constexpr std::int64_t kSecond = 1000000;
constexpr std::int64_t kMillisecond = 1000;
constexpr std::int64_t kDay = 86400 * kSecond;

/// Returns the beginning of `text` without bytes that a terminal could interpret as a command.
std::string Printable(std::string_view text) {
  constexpr std::size_t kMostShown = 100;
  std::string shown(text.substr(0, kMostShown));
  for (char& c : shown) {
    if (c < ' ' || c > '~') c = '?';
  }
  return shown;
}

std::string Seconds(std::int64_t us) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%lld.%03lld", static_cast<long long>(us / kSecond),
                static_cast<long long>(us % kSecond / kMillisecond));
  return text.data();
}

class Reader {
 public:
  explicit Reader(const IncidentOptions& options)
      : options_(options), store_(options.most_lines), clocks_(options.first_year) {}

  Result<Incident> Read() {
    // Opens all of them first: a wrong name should be reported immediately, not after minutes of
    // reading.
    std::vector<LineReader> readers;
    for (const std::string& file : options_.files) {
      DUALPATH_TRY(LineReader reader, LineReader::Open(file));
      readers.push_back(std::move(reader));
      AddSource(file);
    }
    for (std::size_t i = 0; i < readers.size(); ++i) {
      DUALPATH_TRY_STATUS(ReadSource(i, readers[i]));
    }
    Finish();
    return std::move(incident_);
  }

 private:
  struct Source {
    std::string name;
    std::uint64_t line_number = 0;
  };

  void AddSource(const std::string& file) {
    const bool is_stdin = file == "-";
    sources_.push_back({is_stdin ? "standard input" : file, 0});
    std::optional<std::int64_t> modified_us;
    struct stat attributes {};
    if (!is_stdin && ::stat(file.c_str(), &attributes) == 0) {
      modified_us = attributes.st_mtime * kSecond;
    }
    clocks_.AddFile(modified_us);
  }

  Status ReadSource(std::size_t index, LineReader& reader) {
    Source& source = sources_[index];
    while (true) {
      DUALPATH_TRY(const LineReader::Next next, reader.Read());
      if (!next.has_line) return Ok{};
      ++source.line_number;
      ++incident_.lines;
      TakeLine(index, next.line);
    }
  }

  void NotUnderstood(const std::string& reason, const std::string& where, std::string_view line) {
    Tally& tally = incident_.not_understood[reason];
    if (tally.count++ == 0) tally.first = where + "'" + Printable(line) + "'";
  }

  void NotUnderstood(const std::string& reason, std::size_t source, std::string_view line) {
    NotUnderstood(reason,
                  sources_[source].name + ":" + std::to_string(sources_[source].line_number) + ": ",
                  line);
  }

  void TakeLine(std::size_t index, const LineReader::Line& read) {
    std::string_view line = read.text;
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    if (line.empty()) return;
    if (read.cut_short) NotUnderstood("longer than 64 KiB: the rest was skipped", index, line);
    if (line.substr(0, 3) == "-- ") return TakeJournalMark(index, line);
    if (line.substr(0, 2) == "{\"") return TakeRecord(index, line);
    const ParsedLine parsed = ParseLogEntry(line);
    switch (parsed.kind) {
      case ParsedLine::Kind::kEntry:
        return TakeEntry(index, parsed.entry, line);
      case ParsedLine::Kind::kImpossibleStamp:
        return NotUnderstood("a time that does not exist", index, line);
      case ParsedLine::Kind::kNoProgram:
        return NotUnderstood(
            read.ended ? "a time, but no program after it" : "cut off at the end of the file",
            index, line);
      case ParsedLine::Kind::kNoStamp:
        break;
    }
    if (IsTopologyLine(line)) {
      constexpr std::size_t kEnough = 4 << 20U;
      if (topology_.size() < kEnough) topology_.append(line).append("\n");
      return;
    }
    NotUnderstood(read.ended ? "no time at the beginning" : "cut off at the end of the file", index,
                  line);
  }

  /// Takes "-- Reboot --" or "-- Boot 0123... --"; ignores "-- Logs begin at ...".
  void TakeJournalMark(std::size_t index, std::string_view line) {
    if (!contains(line, "Boot ") && !contains(line, "Reboot")) return;
    const std::optional<LogClocks::Time> last = clocks_.LastTime(index);
    if (last) Mark(index, *last, "reboot", sources_[index].name + ": the host was rebooted");
  }

  void TakeRecord(std::size_t index, std::string_view line) {
    auto record = Record::ParseJsonLine(std::string(line));
    if (!record.ok()) {
      return NotUnderstood("JSON, but not a record of a timeline (" + record.error().reason() + ")",
                           index, line);
    }
    if (records_.size() >= options_.most_lines) {
      ++(record->severity == Severity::kInfo ? incident_.uninteresting_left_out
                                             : incident_.changes_left_out);
      return;
    }
    records_.push_back(*std::move(record));
  }

  void TakeEntry(std::size_t index, const LogEntry& entry, std::string_view line) {
    const LogClocks::Time time = ReadClock(index, entry.stamp);
    auto lane = LaneOfProgram(program_.assign(entry.program));
    std::string_view message = entry.message;
    // systemd's lines about the daemon belong next to the daemon's.
    if (!lane && entry.program == "systemd" && boost::icontains(message, "multipath")) {
      lane = Lane::kMultipathd;
    }
    if (!lane) return CountOtherProgram();
    std::optional<std::int64_t> since_boot_us;
    if (*lane == Lane::kKernel && time.clock != Stamp::Kind::kSinceBoot) {
      since_boot_us = TakeBootStamp(message);
    }
    StoredLine stored;
    stored.text.assign(message);
    if (*lane == Lane::kKernel && !IsAboutStorage(stored.text)) {
      ++incident_.other_kernel_lines;
      return;
    }
    if (since_boot_us) clocks_.AddBootStamp(index, time, *since_boot_us);
    if (!IsValidUtf8(message)) {
      NotUnderstood("bytes that are not UTF-8: line kept, bytes replaced", index, line);
    }
    const LineClass line_class =
        *lane == Lane::kQemu ? LineClass::kUninteresting : ClassOf(stored.text);
    if (line_class == LineClass::kMalformed) {
      NotUnderstood("cut off, or in an unknown format: line kept unchanged", index, line);
    }
    stored.source = index;
    stored.clock = time.clock;
    stored.time_us = time.us;
    stored.resolution_us = entry.stamp.resolution_us;
    stored.lane = *lane;
    stored.uninteresting = line_class != LineClass::kChange;
    constexpr std::size_t kMostOfAText = 4096;
    stored.text = CutUtf8(std::move(stored.text), kMostOfAText);
    store_.Add(std::move(stored));
  }

  void CountOtherProgram() {
    constexpr std::size_t kMostPrograms = 1000;
    const auto known = incident_.other_programs.find(program_);
    if (known != incident_.other_programs.end()) {
      ++known->second;
    } else {
      const bool is_full = incident_.other_programs.size() >= kMostPrograms;
      ++incident_.other_programs[is_full ? "others" : program_];
    }
  }

  void Mark(std::size_t index, const LogClocks::Time& time, const char* kind, std::string text) {
    StoredLine mark;
    mark.source = index;
    mark.clock = time.clock;
    mark.time_us = time.us;
    mark.kind = kind;
    mark.text = std::move(text);
    // Logs that were concatenated without order have as many marks as lines.
    constexpr int kWorthKeeping = 1000;
    mark.uninteresting = ++marks_ > kWorthKeeping;
    store_.Add(std::move(mark));
  }

  LogClocks::Time ReadClock(std::size_t index, const Stamp& stamp) {
    const LogClocks::Reading reading = clocks_.Read(index, stamp);
    if (reading.went_back_us > 0) {
      const Source& source = sources_[index];
      Mark(index, reading.time, "jump",
           source.name + ", line " + std::to_string(source.line_number) +
               ": the clock went back by " + Seconds(reading.went_back_us) + " s");
    }
    return reading.time;
  }

  void Finish() {
    auto& lines = store_.lines();
    incident_.uninteresting_left_out += store_.uninteresting_left_out();
    incident_.changes_left_out += store_.changes_left_out();
    const bool has_wall_clock = std::any_of(lines.begin(), lines.end(), [](const StoredLine& line) {
      return line.clock != Stamp::Kind::kSinceBoot;
    });
    if (has_wall_clock) PlaceOnWallClock(lines);
    incident_.spread_seconds = SpreadWithinSeconds(lines);
    MergeByTime(lines);
    RemoveDuplicates(lines);
    // A record does not contain its clock, but no host has been up since 1970.
    constexpr std::int64_t kLongestUptime = 10000 * kDay;
    const bool records_have_wall_clock =
        !records_.empty() && records_.front().time_us > kLongestUptime;
    incident_.timeline.clock = has_wall_clock || records_have_wall_clock
                                   ? Timeline::Clock::kWall
                                   : Timeline::Clock::kMonotonic;
    Interpret(lines);
  }

  void PlaceOnWallClock(std::vector<StoredLine>& lines) {
    for (const StoredLine& line : clocks_.PlaceOnWallClock(lines)) {
      NotUnderstood("seconds since boot, but the time of the boot is unknown",
                    sources_[line.source].name + ": ", line.text);
    }
    if (records_.empty()) return;
    incident_.not_understood["records of a timeline, but the logs have another clock"] = {
        records_.size(), "'" + Printable(records_.front().ToJsonLine()) + "'"};
    records_.clear();
  }

  PathNames Names(const std::vector<StoredLine>& lines) {
    PathNames names;
    const multipath::Topology topology = multipath::ParseTopology(topology_);
    names.AddTopology(topology);
    for (const multipath::Unparsed& other : topology.not_understood) {
      NotUnderstood("looks like multipath -ll, but could not be parsed", "", other.text);
    }
    // Backwards: a later call replaces names, and the first lines should win.
    for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
      if (line->lane != Lane::kCase) names.AddLogLine(line->text);
    }
    return names;
  }

  void Interpret(std::vector<StoredLine>& lines) {
    LogInterpreter interpreter(Names(lines));
    auto& records = incident_.timeline.records;
    records = std::move(records_);
    for (StoredLine& line : lines) {
      Record record;
      record.time_us = line.time_us;
      if (line.resolution_us > kMillisecond) record.error_us = line.resolution_us;
      record.lane = line.lane;
      record.kind = line.kind;
      record.text = std::move(line.text);
      if (record.kind == "line") {
        interpreter.Interpret(std::move(record), records);
      } else {
        record.severity = Severity::kWarning;
        records.push_back(std::move(record));
      }
    }
  }

  const IncidentOptions& options_;
  LineStore store_;
  LogClocks clocks_;
  std::vector<Source> sources_;
  std::vector<Record> records_;
  std::string topology_;
  std::string program_;
  int marks_ = 0;
  Incident incident_;
};

}  // namespace

Result<Incident> ReadIncident(const IncidentOptions& options) { return Reader(options).Read(); }

}  // namespace dualpath::timeline
