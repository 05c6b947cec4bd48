#include "helpers/timeline/incident.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <boost/algorithm/string/predicate.hpp>
#include <cstdio>
#include <string_view>
#include <utility>

#include "helpers/base/pasted_line.h"
#include "helpers/base/utf8.h"
#include "helpers/multipath/topology_parser.h"
#include "helpers/timeline/durations.h"
#include "helpers/timeline/journal_entry.h"
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

constexpr std::int64_t kMillisecond = 1000;

/// Returns the beginning of `text` without bytes that a terminal could interpret as a command.
std::string Printable(std::string_view text) {
  constexpr std::size_t kMostShown = 100;
  std::string shown(text.substr(0, kMostShown));
  for (char& c : shown) {
    if (c < ' ' || c > '~') c = '?';
  }
  return shown;
}

/// What a line of `journalctl -o json-pretty` begins with.
constexpr std::string_view kInJson = "\"{}[]-0123456789";

constexpr char kCutOff[] = "cut off at the end of the file";

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

  /// A line without a stamp.
  struct Unstamped {
    std::uint64_t number = 0;
    std::string text;
    bool ended = true;
  };

  /// A line of no known wording, which a mail program may have wrapped.
  struct Wrapped {
    std::optional<StoredLine> line;  ///< none if no program is in it
    std::string text;                ///< the message, or all if no program is in it, and the rest
    std::uint64_t line_number = 0;
    bool is_malformed = false;
    std::vector<Unstamped> rest;
  };

  /// The parts of a line that a container wrote.
  struct Output {
    Stamp stamp;
    std::string text;
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
      if (!next.has_line) break;
      ++source.line_number;
      ++incident_.lines;
      TakeRaw(index, next.line);
    }
    if (auto carried = export_.IsInEntry() ? export_.End() : std::nullopt) {
      TakeCarried(index, *carried);
    }
    if (!json_.empty()) DropJson(index);
    if (output_) {
      LogEntry rest;
      rest.stamp = output_->stamp;
      rest.program = "container";
      TakeEntry(index, rest, "");
    }
    Release(index);
    topology_.End();
    cut_off_line_ = 0;
    boot_id_.clear();
    return Ok{};
  }

  void NotUnderstood(const std::string& reason, const std::string& where, std::string_view line) {
    Tally& tally = incident_.not_understood[reason];
    if (tally.count++ == 0) tally.first = where + "'" + Printable(line) + "'";
  }

  void NotUnderstood(const std::string& reason, std::size_t source, std::string_view line) {
    NotUnderstood(reason, Where(source, sources_[source].line_number), line);
  }

  std::string Where(std::size_t source, std::uint64_t line_number) const {
    return sources_[source].name + ":" + std::to_string(line_number) + ": ";
  }

  /// Takes a line as it is in the file: finds the format that carries it.
  void TakeRaw(std::size_t index, const LineReader::Line& read) {
    if (read.cut_short) {
      NotUnderstood("longer than 64 KiB: the rest was skipped", index, read.text);
    }
    if (export_.IsInEntry() || ExportReader::Begins(read.text)) {
      const bool is_new = !export_.IsInEntry();
      if (is_new) Release(index);
      const auto carried = export_.Add(read.text);
      if (carried) return TakeCarried(index, *carried);
      if (!export_.IsInEntry()) NotUnderstood("an entry of a journal, but no time", index, "");
      return;
    }
    const std::string_view line = WithoutPasteMarks(read.text, buffer_);
    const bool goes_on = line.empty() || kInJson.find(line.front()) != std::string_view::npos;
    if (!json_.empty() && !goes_on) DropJson(index);
    if (!json_.empty() || line == "{") {
      return TakePrettyJson(index, read.text, line == "}" || line == "},");
    }
    if (line.empty()) return Release(index);
    if (line.substr(0, 3) == "-- ") return TakeJournalMark(index, line);
    // Prefixes of json-seq and json-sse.
    for (const std::string_view prefix : {"{\"", "\x1e{\"", "data: {\""}) {
      if (line.substr(0, prefix.size()) != prefix) continue;
      Release(index);
      return TakeJson(index, line.substr(prefix.size() - 2));
    }
    TakeLine(index, line, read);
  }

  void TakeLine(std::size_t index, std::string_view line, const LineReader::Line& read) {
    const ParsedLine parsed = ParseLogEntry(line);
    if (parsed.kind == ParsedLine::Kind::kNoStamp) {
      return TakeUnstamped(index, {sources_[index].line_number, std::string(read.text), read.ended},
                           line);
    }
    Release(index);
    switch (parsed.kind) {
      case ParsedLine::Kind::kEntry:
        // The blanks at the end of a part are in the middle of the whole.
        if (parsed.entry.continues) {
          const LogEntry raw = ParseLogEntry(read.text).entry;
          return TakeEntry(index, raw.continues ? raw : parsed.entry, line);
        }
        return TakeEntry(index, parsed.entry, line);
      case ParsedLine::Kind::kImpossibleStamp:
        return NotUnderstood("a time that does not exist", index, line);
      default:
        if (!read.ended) return NotUnderstood(kCutOff, index, line);
        wrapped_ = Wrapped{};
        wrapped_->text = line;
        wrapped_->line_number = sources_[index].line_number;
    }
  }

  /// Takes a line without a stamp: the rest of the line before, or a line of `multipath -ll`.
  void TakeUnstamped(std::size_t index, Unstamped line, std::string_view text) {
    constexpr std::size_t kMostParts = 4;
    constexpr std::size_t kLongestPart = 512;
    if (!wrapped_ || text.size() > kLongestPart) {
      Release(index);
      return AddToTopology(index, line);
    }
    wrapped_->text.append(wrapped_->text.empty() ? "" : " ").append(text);
    wrapped_->rest.push_back(std::move(line));
    if (TakeJoined(index, text)) {
      wrapped_.reset();
    } else if (wrapped_->rest.size() >= kMostParts) {
      Release(index);
    }
  }

  /// Takes the wrapped line and those after it as one, if that is a line of a known wording, and
  /// the last part is none. Returns whether it is.
  bool TakeJoined(std::size_t index, std::string_view last_part) {
    const auto is_known = [](std::string_view message) {
      const LineClass line_class = ClassOf(std::string(message));
      return line_class == LineClass::kChange || line_class == LineClass::kRepeated;
    };
    if (is_known(last_part)) return false;
    if (wrapped_->line) {
      if (!is_known(wrapped_->text)) return false;
      wrapped_->line->uninteresting = ClassOf(wrapped_->text) != LineClass::kChange;
      wrapped_->line->text = std::move(wrapped_->text);
      store_.Add(std::move(*wrapped_->line));
      return true;
    }
    const ParsedLine parsed = ParseLogEntry(wrapped_->text);
    if (parsed.kind != ParsedLine::Kind::kEntry || !is_known(parsed.entry.message)) return false;
    const Wrapped whole = *std::exchange(wrapped_, std::nullopt);
    TakeEntry(index, ParseLogEntry(whole.text).entry, whole.text);
    return true;
  }

  /// Ends the search for the rest of a wrapped line: each part is what it is alone.
  void Release(std::size_t index) {
    if (!wrapped_) return;
    Wrapped wrapped = *std::exchange(wrapped_, std::nullopt);
    if (wrapped.line) {
      if (wrapped.is_malformed) {
        NotUnderstood("cut off, or in an unknown format: line kept unchanged",
                      Where(index, wrapped.line_number), wrapped.line->text);
      }
      store_.Add(std::move(*wrapped.line));
    } else {
      NotUnderstood("a time, but no program after it", Where(index, wrapped.line_number),
                    wrapped.text);
    }
    for (const Unstamped& line : wrapped.rest) AddToTopology(index, line);
  }

  void AddToTopology(std::size_t index, const Unstamped& line) {
    source_ = index;
    if (!line.ended) cut_off_line_ = line.number;
    topology_.Add(line.number, line.text, !line.ended);
  }

  void TakeMap(multipath::Map&& map) {
    constexpr std::size_t kMostMaps = 1000;
    multipath::Topology topology;
    topology.maps.push_back(std::move(map));
    topology_names_.AddTopology(topology);
    if (incident_.maps.size() < kMostMaps) {
      incident_.maps.push_back(std::move(topology.maps.front()));
    }
  }

  void TakeOther(const multipath::Unparsed& line, bool has_form) {
    const char* const reason = line.line_number == cut_off_line_ ? kCutOff
                               : has_form ? "looks like multipath -ll, but could not be parsed"
                                          : "no time at the beginning";
    NotUnderstood(reason, Where(source_, line.line_number), line.text);
  }

  /// Takes "-- Reboot --" or "-- Boot 0123... --"; ignores "-- Logs begin at ...".
  void TakeJournalMark(std::size_t index, std::string_view line) {
    if (contains(line, "Boot ") || contains(line, "Reboot")) MarkReboot(index);
  }

  void MarkReboot(std::size_t index) {
    Release(index);
    const std::optional<LogClocks::Time> last = clocks_.LastTime(index);
    if (last) Mark(index, *last, "reboot", sources_[index].name + ": the host was rebooted");
  }

  void TakePrettyJson(std::size_t index, std::string_view line, bool ends) {
    json_.append(line);
    ++json_lines_;
    if (json_.size() > LineReader::kMaxLineBytes) return DropJson(index);
    if (!ends) return;
    json_lines_ = 0;
    const std::string whole = std::exchange(json_, "");
    TakeJson(index, whole);
  }

  void DropJson(std::size_t index) {
    static const std::string reason = "JSON that does not end";
    NotUnderstood(reason, index, std::exchange(json_, ""));
    incident_.not_understood[reason].count += std::exchange(json_lines_, 0) - 1;
  }

  /// Takes a record of a timeline, or a line that a collector of logs wrote as JSON.
  void TakeJson(std::size_t index, std::string_view text) {
    if (text.back() == ',') text.remove_suffix(1);
    program_.assign(ProgramInJson(text));
    const bool is_other = !program_.empty() && !LaneOfProgram(program_) &&
                          text.find("ultipath") == std::string_view::npos;
    if (is_other) return CountOtherProgram();
    if (text.substr(0, 11) == "{\"time_us\":") return TakeRecord(index, text);
    if (const auto carried = ParseCarriedJson(text)) return TakeCarried(index, *carried);
    TakeRecord(index, text);
  }

  void TakeRecord(std::size_t index, std::string_view line) {
    auto record = Record::ParseJsonLine(std::string(line));
    if (!record.ok()) {
      return NotUnderstood(
          "JSON, but not a record of a timeline or of a log (" + record.error().reason() + ")",
          index, line);
    }
    if (records_.size() >= options_.most_lines) {
      ++(record->severity == Severity::kInfo ? incident_.uninteresting_left_out
                                             : incident_.changes_left_out);
      return;
    }
    records_.push_back(*std::move(record));
  }

  void TakeCarried(std::size_t index, const CarriedLine& carried) {
    if (!carried.boot_id.empty() && !boot_id_.empty() && carried.boot_id != boot_id_) {
      MarkReboot(index);
    }
    if (!carried.boot_id.empty()) boot_id_ = carried.boot_id;
    LogEntry entry;
    entry.stamp = carried.stamp;
    entry.program = carried.program.empty() ? "container" : std::string_view(carried.program);
    entry.message = carried.message;
    entry.continues = carried.continues;
    TakeEntry(index, entry, carried.message, carried.since_boot_us);
  }

  /// Joins the parts of a container's line. Returns whether `entry` is complete; its message is
  /// valid until the next call.
  bool JoinOutput(LogEntry& entry) {
    constexpr std::size_t kLongest = LineReader::kMaxLineBytes;
    if (!entry.continues && !output_) return true;
    if (!output_) output_.emplace(Output{entry.stamp, ""});
    if (output_->text.size() < kLongest) output_->text.append(entry.message);
    if (entry.continues && output_->text.size() < kLongest) return false;
    joined_ = std::exchange(output_, std::nullopt)->text;
    entry.message = joined_;
    return true;
  }

  /// `since_boot_us`: the time on the boot's clock, if the line has both.
  void TakeEntry(std::size_t index, LogEntry entry, std::string_view line,
                 std::optional<std::int64_t> since_boot_us = std::nullopt) {
    if (entry.program == "container") {
      if (!JoinOutput(entry)) return;
      FindProgramInOutput(entry);
    }
    if (entry.stamp.ambiguous_month) {
      NotUnderstood("a month that is another one in a rarer language: line kept", index, line);
    }
    const LogClocks::Time time = ReadClock(index, entry.stamp);
    auto lane = LaneOfProgram(program_.assign(entry.program));
    std::string_view message = entry.message;
    // systemd's lines about the daemon belong next to the daemon's.
    if (!lane && entry.program == "systemd" && boost::icontains(message, "multipath")) {
      lane = Lane::kMultipathd;
    }
    if (!lane) return CountOtherProgram();
    if (*lane == Lane::kKernel && time.clock != Stamp::Kind::kSinceBoot) {
      if (const auto own = TakeBootStamp(message)) since_boot_us = own;
    }
    StoredLine stored;
    stored.text.assign(message);
    if (*lane == Lane::kKernel && !IsAboutStorage(stored.text)) {
      ++incident_.other_kernel_lines;
      return;
    }
    if (since_boot_us && time.clock != Stamp::Kind::kSinceBoot) {
      clocks_.AddBootStamp(index, time, *since_boot_us);
    }
    if (!IsValidUtf8(message)) {
      NotUnderstood("bytes that are not UTF-8: line kept, bytes replaced", index, line);
      stored.text = ReplaceInvalidUtf8(stored.text);
    }
    const LineClass line_class =
        *lane == Lane::kQemu ? LineClass::kUninteresting : ClassOf(stored.text);
    stored.source = index;
    stored.clock = time.clock;
    stored.time_us = time.us;
    stored.resolution_us = entry.stamp.resolution_us;
    stored.lane = *lane;
    stored.uninteresting = line_class != LineClass::kChange;
    constexpr std::size_t kMostOfAText = 4096;
    stored.text = CutUtf8(std::move(stored.text), kMostOfAText);
    Release(index);
    const bool is_unknown =
        line_class == LineClass::kUninteresting || line_class == LineClass::kMalformed;
    if (!is_unknown || *lane == Lane::kQemu) return store_.Add(std::move(stored));
    wrapped_ = Wrapped{};
    wrapped_->text = stored.text;
    wrapped_->line = std::move(stored);
    wrapped_->line_number = sources_[index].line_number;
    wrapped_->is_malformed = line_class == LineClass::kMalformed;
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
    PathNames names = topology_names_;
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
  multipath::TopologyReader topology_{
      {[this](multipath::Map&& map) { TakeMap(std::move(map)); },
       [this](multipath::Unparsed&& line, bool has_form) { TakeOther(line, has_form); }}};
  std::uint64_t cut_off_line_ = 0;  ///< of `source_`
  std::size_t source_ = 0;          ///< of the lines in `topology_`
  PathNames topology_names_;
  ExportReader export_;
  std::string json_;  ///< of several lines, as far as it is read
  std::uint64_t json_lines_ = 0;
  std::string boot_id_;
  std::optional<Wrapped> wrapped_;
  std::optional<Output> output_;
  std::string joined_;
  std::string buffer_;
  std::string program_;
  int marks_ = 0;
  Incident incident_;
};

}  // namespace

Result<Incident> ReadIncident(const IncidentOptions& options) { return Reader(options).Read(); }

}  // namespace dualpath::timeline
