#include "helpers/timeline/incident.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <boost/algorithm/string/predicate.hpp>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <limits>
#include <set>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "helpers/multipath/topology_parser.h"
#include "helpers/timeline/line_reader.h"
#include "helpers/timeline/line_store.h"
#include "helpers/timeline/log_records.h"
#include "helpers/timeline/path_names.h"

namespace dualpath::timeline {
namespace {

using boost::contains;
using boost::starts_with;
using timeline::Lane;
using timeline::Record;

constexpr std::int64_t kSecond = 1000000;
constexpr std::int64_t kDay = 86400 * kSecond;

/// A line without a year, in a year of twelve months of 31 days: order and nearness are kept, and
/// the date comes out again once the year is known.
class YearlessTime {
 public:
  YearlessTime(std::int64_t year_index, const Stamp& stamp)
      : key_(((year_index * kMonths + stamp.month - 1) * kDaysOfMonth + stamp.day - 1) * kDay +
             stamp.us) {}
  explicit YearlessTime(std::int64_t key) : key_(key) {}

  std::int64_t key() const { return key_; }
  std::int64_t YearIndex() const { return key_ / kDay / kDaysOfMonth / kMonths; }
  bool IsLeapDay() const { return Month() == 2 && Day() == 29; }  // NOLINT

  std::int64_t InYear(std::int64_t year_of_index_0) const {
    return DaysSinceEpoch(static_cast<int>(year_of_index_0 + YearIndex()), Month(), Day()) * kDay +
           key_ % kDay;
  }

 private:
  static constexpr std::int64_t kMonths = 12;
  static constexpr std::int64_t kDaysOfMonth = 31;

  int Month() const { return static_cast<int>(key_ / kDay / kDaysOfMonth % kMonths) + 1; }
  int Day() const { return static_cast<int>(key_ / kDay % kDaysOfMonth) + 1; }

  std::int64_t key_;
};

/// Room for years before the first line's, should the clock go back over a new year.
constexpr std::int64_t kFirstYearIndex = 1000;

/// What a kernel line about disks, transports, device-mapper or what rests on them begins with, or
/// has in it.
bool IsAboutStorage(const std::string& message) {
  static constexpr std::array kBegins{"sd ",
                                      "scsi",
                                      "device-mapper",
                                      "multipath",
                                      "dm-",
                                      "blk_",
                                      "print_req_error",
                                      "Buffer ",
                                      "end_req",
                                      "lpfc",
                                      "qla2xxx",
                                      "qedf",
                                      "qedi",
                                      "bnx2",
                                      "fnic",
                                      "mpt",
                                      "megaraid",
                                      "iscsi",
                                      "nvme",
                                      "rport",
                                      "EXT4-fs",
                                      "XFS",
                                      "JBD2",
                                      "INFO: task",
                                      "connection",
                                      "session",
                                      "TARGET_",
                                      "tcm_",
                                      "alua",
                                      "critical",
                                      "sr ",
                                      "rdac",
                                      "emc",
                                      "hpsa",
                                      "smartpqi",
                                      "Aborting journal",
                                      "quiet_error",
                                      "loopback: ",
                                      "virtio_scsi",
                                      "zfcp"};
  static constexpr std::array kContains{"I/O error", "multipath", "rport-", "[sd", "Power-on or"};
  return std::any_of(kBegins.begin(), kBegins.end(),
                     [&](const char* words) { return starts_with(message, words); }) ||
         std::any_of(kContains.begin(), kContains.end(),
                     [&](const char* words) { return contains(message, words); });
}

/// A line of `multipath -ll`, by its looks.
bool IsTopology(std::string_view line) {
  const auto has = [&](std::string_view words) {
    return line.find(words) != std::string_view::npos;
  };
  if (has("policy='") || (starts_with(line, "size=") && has("features="))) return true;
  if (const std::size_t dm = line.find(" dm-"); dm != std::string_view::npos && has(",")) {
    const std::size_t digit = dm + 4;
    return digit < line.size() && line[digit] >= '0' && line[digit] <= '9';
  }
  // "| `- 3:0:1:0 sdb 8:16 active ready running"
  const std::size_t tree = line.find("- ");
  if (tree == std::string_view::npos ||
      line.substr(0, tree).find_first_not_of(" |`+-") != std::string_view::npos) {
    return false;
  }
  const std::string_view hctl = line.substr(tree + 2, line.find(' ', tree + 2) - tree - 2);
  return std::count(hctl.begin(), hctl.end(), ':') == 3 &&
         hctl.find_first_not_of("0123456789:#") == std::string_view::npos;
}

/// Whether every byte belongs to a character of UTF-8, as far as lengths go.
bool IsUtf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x80U) continue;
    const int more = byte >= 0xf5U   ? -1
                     : byte >= 0xf0U ? 3
                     : byte >= 0xe0U ? 2
                     : byte >= 0xc2U ? 1
                                     : -1;
    if (more < 0) return false;
    for (int k = 0; k < more; ++k) {
      if (++i == text.size() || (static_cast<unsigned char>(text[i]) & 0xc0U) != 0x80U)
        return false;
    }
  }
  return true;
}

/// For a terminal: no byte that it could take for a command.
std::string Printable(std::string_view text) {
  constexpr std::size_t kMostShown = 100;
  std::string shown(text.substr(0, kMostShown));
  for (char& c : shown) {
    if (c < ' ' || c > '~') c = '?';
  }
  return shown;
}

std::string Seconds(std::int64_t us) {
  constexpr std::int64_t kMillisecond = 1000;
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%lld.%03lld", static_cast<long long>(us / kSecond),
                static_cast<long long>(us % kSecond / kMillisecond));
  return text.data();
}

/// What is remembered of a file beyond its lines.
struct Source {
  std::string name;
  std::optional<std::int64_t> modified_us;  ///< none for standard input: now
  /// The time before, on each of the clocks: Stamp::Kind.
  std::array<std::optional<std::int64_t>, 3> last_us{};
  std::optional<std::int64_t> first_year_index;
  std::set<std::int64_t> leap_year_indices;  ///< of years that have a 29 February
  std::uint64_t line_number = 0;
};

/// The time on the wall at which a kernel's clock said something.
struct Anchor {
  std::size_t source = 0;
  Stamp::Kind clock = Stamp::Kind::kDate;
  std::int64_t time_us = 0;
  std::int64_t since_boot_us = 0;
};

class Reader {
 public:
  explicit Reader(const IncidentOptions& options) : options_(options), store_(options.most_lines) {}

  Result<Incident> Read() {
    // All of them first: a wrong name must not show after minutes of reading.
    std::vector<LineReader> readers;
    for (const std::string& file : options_.files) {
      DUALPATH_TRY(LineReader reader, LineReader::Open(file));
      readers.push_back(std::move(reader));
      Source source;
      source.name = file == "-" ? "standard input" : file;
      struct stat attributes {};
      if (file != "-" && ::stat(file.c_str(), &attributes) == 0) {
        source.modified_us = attributes.st_mtime * kSecond;
      }
      sources_.push_back(std::move(source));
    }
    for (std::size_t i = 0; i < readers.size(); ++i) {
      DUALPATH_TRY_STATUS(ReadSource(i, readers[i]));
    }
    Finish();
    return std::move(incident_);
  }

 private:
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

  void NotUnderstood(const std::string& reason, std::size_t source, std::string_view line) {
    Tally& tally = incident_.not_understood[reason];
    if (tally.count++ > 0) return;
    tally.first = sources_[source].name + ":" + std::to_string(sources_[source].line_number) +
                  ": '" + Printable(line) + "'";
  }

  void TakeLine(std::size_t index, const LineReader::Line& read) {
    std::string_view line = read.text;
    while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
    if (line.empty()) return;
    if (read.cut_short) NotUnderstood("longer than 64 KiB: the rest was skipped", index, line);
    if (line.substr(0, 3) == "-- ") return TakeJournalMark(index, line);
    if (line.substr(0, 2) == "{\"") return TakeRecord(index, line);
    const ParsedLine parsed = ParseLogEntry(line);
    switch (parsed.outcome) {
      case ParsedLine::Outcome::kEntry:
        return TakeEntry(index, parsed.entry, line);
      case ParsedLine::Outcome::kImpossibleStamp:
        return NotUnderstood("a time that does not exist", index, line);
      case ParsedLine::Outcome::kNoProgram:
        return NotUnderstood(
            read.ended ? "a time, but no program after it" : "cut off at the end of the file",
            index, line);
      case ParsedLine::Outcome::kNoStamp:
        break;
    }
    if (IsTopology(line)) {
      constexpr std::size_t kEnough = 4 << 20U;
      if (topology_.size() < kEnough) topology_.append(line).append("\n");
      return;
    }
    NotUnderstood(read.ended ? "no time at the beginning" : "cut off at the end of the file", index,
                  line);
  }

  /// "-- Reboot --", "-- Boot 0123... --"; "-- Logs begin at ..." needs no mark.
  void TakeJournalMark(std::size_t index, std::string_view line) {
    if (!contains(line, "Boot ") && !contains(line, "Reboot")) return;
    if (last_clock_ < 0) return;
    const auto clock = static_cast<std::size_t>(last_clock_);
    const auto& last_us = sources_[index].last_us.at(clock);
    if (!last_us) return;
    Mark(index, static_cast<Stamp::Kind>(last_clock_), *last_us, "reboot",
         sources_[index].name + ": the host was rebooted");
  }

  void TakeRecord(std::size_t index, std::string_view line) {
    auto event = Record::ParseJsonLine(std::string(line));
    if (!event.ok()) {
      return NotUnderstood("JSON, but no record of a timeline (" + event.error().reason() + ")",
                           index, line);
    }
    if (records_.size() >= options_.most_lines) {
      ++(event->severity == timeline::Severity::kInfo ? incident_.plain_left_out
                                                      : incident_.changes_left_out);
      return;
    }
    records_.push_back(*std::move(event));
  }

  void TakeEntry(std::size_t index, const LogEntry& entry, std::string_view line) {
    const std::int64_t time_us = TimeOf(index, entry.stamp);
    last_clock_ = static_cast<int>(entry.stamp.kind);
    auto lane = timeline::LaneOfProgram(program_.assign(entry.program));
    std::string_view message = entry.message;
    // systemd's word on the daemon belongs beside the daemon's own.
    if (!lane && entry.program == "systemd" && boost::icontains(message, "multipath")) {
      lane = Lane::kMultipathd;
    }
    if (!lane) return CountOther();
    std::optional<std::int64_t> since_boot_us;
    if (*lane == Lane::kKernel && entry.stamp.kind != Stamp::Kind::kSinceBoot) {
      since_boot_us = TakeBootStamp(message);
    }
    StoredLine stored;
    stored.text.assign(message);
    if (*lane == Lane::kKernel && !IsAboutStorage(stored.text)) {
      ++incident_.other_kernel_lines;
      return;
    }
    if (since_boot_us) {
      anchors_.push_back({index, entry.stamp.kind, time_us, *since_boot_us});
      constexpr std::size_t kEnough = 10000;
      if (anchors_.size() > 2 * kEnough)
        anchors_.erase(anchors_.begin(), anchors_.begin() + kEnough);
    }
    if (!IsUtf8(message))
      NotUnderstood("bytes that are not UTF-8: kept, the bytes replaced", index, line);
    const timeline::LineClass weight =
        *lane == Lane::kQemu ? timeline::LineClass::kPlain : timeline::ClassOf(stored.text);
    if (weight == timeline::LineClass::kMalformed) {
      NotUnderstood("cut off, or of another form than known: kept as it is", index, line);
    }
    stored.source = index;
    stored.clock = entry.stamp.kind;
    stored.time_us = time_us;
    stored.resolution_us = entry.stamp.resolution_us;
    stored.lane = *lane;
    stored.plain = weight != timeline::LineClass::kChange;
    constexpr std::size_t kMostOfAText = 4096;
    if (stored.text.size() > kMostOfAText) stored.text.resize(kMostOfAText);
    store_.Add(std::move(stored));
  }

  void CountOther() {
    constexpr std::size_t kMostPrograms = 1000;
    const auto known = incident_.other_programs.find(program_);
    if (known != incident_.other_programs.end()) {
      ++known->second;
    } else {
      const bool is_full = incident_.other_programs.size() >= kMostPrograms;
      ++incident_.other_programs[is_full ? "others" : program_];
    }
  }

  void Mark(std::size_t index, Stamp::Kind clock, std::int64_t time_us, const char* kind,
            std::string text) {
    StoredLine mark;
    mark.source = index;
    mark.clock = clock;
    mark.time_us = time_us;
    mark.kind = kind;
    mark.text = std::move(text);
    // In logs that were thrown together without order there are as many of these as lines.
    constexpr int kWorthKeeping = 1000;
    mark.plain = ++marks_ > kWorthKeeping;
    store_.Add(std::move(mark));
  }

  /// On the stamp's own clock. Also sees whether the clock went back.
  std::int64_t TimeOf(std::size_t index, const Stamp& stamp) {
    Source& source = sources_[index];
    auto& last_us = source.last_us.at(static_cast<std::size_t>(stamp.kind));
    std::int64_t time_us = stamp.us;
    if (stamp.kind == Stamp::Kind::kNoYear) {
      time_us = YearlessNear(last_us, stamp);
      const YearlessTime yearless(time_us);
      if (!source.first_year_index) source.first_year_index = yearless.YearIndex();
      if (yearless.IsLeapDay()) source.leap_year_indices.insert(yearless.YearIndex());
    } else if (stamp.kind == Stamp::Kind::kDate) {
      if (stamp.utc_offset_minutes) {
        if (!zone_minutes_) zone_minutes_ = stamp.utc_offset_minutes;
        constexpr std::int64_t kMinute = 60 * kSecond;
        time_us += (*zone_minutes_ - *stamp.utc_offset_minutes) * kMinute;
      }
      latest_date_us_ = std::max(latest_date_us_, time_us);
    }
    // Lines that several programs write at the same time may change places.
    constexpr std::int64_t kTolerated = 2 * kSecond;
    if (last_us && *last_us - time_us > kTolerated) {
      Mark(index, stamp.kind, time_us, "jump",
           source.name + ", line " + std::to_string(source.line_number) +
               ": the clock went back by " + Seconds(*last_us - time_us) + " s");
    }
    last_us = time_us;
    return time_us;
  }

  /// In the year that brings it nearest to the line before: December is followed by January of the
  /// next one, and a clock that was wrong at boot goes back.
  static std::int64_t YearlessNear(const std::optional<std::int64_t>& last_us, const Stamp& stamp) {
    if (!last_us) return YearlessTime(kFirstYearIndex, stamp).key();
    const std::int64_t index = YearlessTime(*last_us).YearIndex();
    std::int64_t best = YearlessTime(index, stamp).key();
    for (const std::int64_t other : {index - 1, index + 1}) {
      const std::int64_t key = YearlessTime(other, stamp).key();
      if (std::llabs(key - *last_us) < std::llabs(best - *last_us)) best = key;
    }
    return best;
  }

  /// The year of index 0 in a source without years.
  std::int64_t YearOfIndex0(const Source& source) const {
    if (options_.first_year) return *options_.first_year - *source.first_year_index;
    const YearlessTime last(*source.last_us.at(static_cast<std::size_t>(Stamp::Kind::kNoYear)));
    const bool has_date = latest_date_us_ != std::numeric_limits<std::int64_t>::min();
    const std::int64_t limit_us =
        has_date
            ? latest_date_us_
            : source.modified_us.value_or(static_cast<std::int64_t>(std::time(nullptr)) * kSecond);
    constexpr std::int64_t kAverageYear = 31556952 * kSecond;
    constexpr std::int64_t kEpochYear = 1970;
    const std::int64_t about = kEpochYear + limit_us / kAverageYear - last.YearIndex();
    std::int64_t best = about - 1;
    for (const std::int64_t year : {about, about + 1}) {
      const std::int64_t time_us = last.InYear(year);
      // A day's grace for time zones.
      const bool fits =
          has_date ? std::llabs(time_us - limit_us) < std::llabs(last.InYear(best) - limit_us)
                   : time_us <= limit_us + kDay;
      if (fits) best = year;
    }
    constexpr int kMostYearsBetweenLeapDays = 8;
    for (int i = 0; i < kMostYearsBetweenLeapDays; ++i) {
      const bool fits = std::all_of(
          source.leap_year_indices.begin(), source.leap_year_indices.end(),
          [&](std::int64_t index) { return IsLeapYear(static_cast<int>(best + index)); });
      if (fits) return best;
      --best;
    }
    return best + kMostYearsBetweenLeapDays;
  }

  std::int64_t OnTheWall(const std::vector<std::int64_t>& years, std::size_t source,
                         Stamp::Kind clock, std::int64_t time_us) const {
    return clock == Stamp::Kind::kNoYear ? YearlessTime(time_us).InYear(years[source]) : time_us;
  }

  void Finish() {
    auto& lines = store_.lines();
    incident_.plain_left_out += store_.plain_left_out();
    incident_.changes_left_out += store_.changes_left_out();
    const bool has_wall = std::any_of(lines.begin(), lines.end(), [](const StoredLine& line) {
      return line.clock != Stamp::Kind::kSinceBoot;
    });
    if (has_wall) {
      PlaceOnTheWall(lines);
      if (!records_.empty()) {
        incident_.not_understood["records of a timeline beside logs with another clock"] = {
            records_.size(), "'" + Printable(records_.front().ToJsonLine()) + "'"};
        records_.clear();
      }
    }
    Spread(lines);
    MergeByTime(lines);
    DropDoubles(lines);
    // A record does not say on which clock it is, but no host has been up since 1970.
    constexpr std::int64_t kLongestUptime = 10000 * kDay;
    const bool records_have_wall = !records_.empty() && records_.front().time_us > kLongestUptime;
    incident_.timeline.clock =
        has_wall || records_have_wall ? Timeline::Clock::kWall : Timeline::Clock::kMonotonic;
    Interpret(lines);
  }

  void PlaceOnTheWall(std::vector<StoredLine>& lines) {
    std::vector<std::int64_t> years;
    for (const Source& source : sources_) {
      years.push_back(source.first_year_index ? YearOfIndex0(source) : 0);
    }
    std::unordered_map<std::string, std::int64_t> wall_time_of_text;
    for (StoredLine& line : lines) {
      if (line.clock == Stamp::Kind::kSinceBoot) continue;
      line.time_us = OnTheWall(years, line.source, line.clock, line.time_us);
      // The last one: what dmesg has is of the last boot.
      if (line.lane == Lane::kKernel) wall_time_of_text[line.text] = line.time_us;
    }
    std::vector<std::int64_t> boots;
    for (const Anchor& anchor : anchors_) {
      boots.push_back(OnTheWall(years, anchor.source, anchor.clock, anchor.time_us) -
                      anchor.since_boot_us);
    }
    for (const StoredLine& line : lines) {
      if (line.clock != Stamp::Kind::kSinceBoot) continue;
      const auto same = wall_time_of_text.find(line.text);
      if (same != wall_time_of_text.end()) boots.push_back(same->second - line.time_us);
    }
    std::optional<std::int64_t> boot_us;
    if (!boots.empty()) {
      // A line that is repeated gives a wrong answer; most are not.
      const auto middle = boots.begin() + static_cast<std::ptrdiff_t>(boots.size() / 2);
      std::nth_element(boots.begin(), middle, boots.end());
      boot_us = *middle;
    }
    const auto end = std::remove_if(lines.begin(), lines.end(), [&](StoredLine& line) {
      if (line.clock != Stamp::Kind::kSinceBoot) return false;
      if (boot_us) {
        line.time_us += *boot_us;
        line.resolution_us = kSecond;
        return false;
      }
      Tally& tally =
          incident_.not_understood["seconds since boot, with nothing to tell when that was"];
      if (tally.count++ == 0)
        tally.first = sources_[line.source].name + ": '" + Printable(line.text) + "'";
      return true;
    });
    lines.erase(end, lines.end());
  }

  /// Lines of one second, evenly over it; a mark stays with the line that it stands before.
  void Spread(std::vector<StoredLine>& lines) {
    for (std::size_t begin = 0; begin < lines.size();) {
      std::size_t end = begin + 1;
      const StoredLine& first = lines[begin];
      while (end < lines.size() && lines[end].time_us == first.time_us &&
             lines[end].source == first.source &&
             (lines[end].lane == Lane::kCase) == (first.lane == Lane::kCase)) {
        ++end;
      }
      const auto count = static_cast<std::int64_t>(end - begin);
      const bool is_whole = first.clock != Stamp::Kind::kSinceBoot && first.time_us % kSecond == 0;
      if (is_whole && count > 1 && first.resolution_us == kSecond) incident_.spread_seconds = true;
      for (std::size_t i = begin; is_whole && i < end; ++i) {
        lines[i].time_us += static_cast<std::int64_t>(i - begin) * lines[i].resolution_us / count;
      }
      begin = end;
    }
  }

  /// Each file keeps its order; between files, the one with the earlier next line comes first.
  void MergeByTime(std::vector<StoredLine>& lines) const {
    std::vector<std::pair<std::size_t, std::size_t>> runs;  // of one file: from, to
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (i == 0 || lines[i].source != lines[i - 1].source) runs.emplace_back(i, i);
      ++runs.back().second;
    }
    if (runs.size() < 2) return;
    std::set<std::tuple<std::int64_t, std::size_t>> heads;
    for (std::size_t i = 0; i < runs.size(); ++i) heads.emplace(lines[runs[i].first].time_us, i);
    std::vector<StoredLine> merged;
    merged.reserve(lines.size());
    while (!heads.empty()) {
      const std::size_t run = std::get<1>(*heads.begin());
      heads.erase(heads.begin());
      merged.push_back(std::move(lines[runs[run].first]));
      if (++runs[run].first < runs[run].second) heads.emplace(lines[runs[run].first].time_us, run);
    }
    lines = std::move(merged);
  }

  /// The journal and dmesg both have what the kernel said.
  static void DropDoubles(std::vector<StoredLine>& lines) {
    constexpr std::int64_t kApart = 2 * kSecond;
    struct Said {
      std::int64_t time_us;
      std::size_t source;
    };
    std::unordered_map<std::string, Said> said;
    const auto end = std::remove_if(lines.begin(), lines.end(), [&](const StoredLine& line) {
      if (line.lane != Lane::kKernel) return false;
      const auto [known, is_new] = said.emplace(line.text, Said{line.time_us, line.source});
      if (is_new) return false;
      const bool is_double = known->second.source != line.source &&
                             std::llabs(line.time_us - known->second.time_us) <= kApart;
      if (!is_double) known->second = {line.time_us, line.source};
      return is_double;
    });
    lines.erase(end, lines.end());
  }

  void Interpret(std::vector<StoredLine>& lines) {
    timeline::PathNames names;
    const multipath::Topology topology = multipath::ParseTopology(topology_);
    names.Learn(topology);
    // Backwards, so that what is said first is what holds at the beginning.
    for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
      if (line->lane != Lane::kCase) names.LearnFrom(line->text);
    }
    for (const multipath::Unparsed& other : topology.not_understood) {
      Tally& tally = incident_.not_understood["looks like multipath -ll, but is not understood"];
      if (tally.count++ == 0) tally.first = "'" + Printable(other.text) + "'";
    }
    timeline::LogInterpreter interpreter(std::move(names));
    auto& events = incident_.timeline.events;
    events = std::move(records_);
    for (StoredLine& line : lines) {
      Record event;
      event.time_us = line.time_us;
      if (line.resolution_us > kSecond / 1000) event.error_us = line.resolution_us;
      event.lane = line.lane;
      event.kind = line.kind;
      event.text = std::move(line.text);
      if (event.kind == "line") {
        interpreter.Interpret(std::move(event), events);
      } else {
        event.severity = timeline::Severity::kWarning;
        events.push_back(std::move(event));
      }
    }
  }

  const IncidentOptions& options_;
  LineStore store_;
  std::vector<Source> sources_;
  std::vector<Anchor> anchors_;
  std::vector<Record> records_;
  std::string topology_;
  std::string program_;
  int last_clock_ = -1;
  int marks_ = 0;
  std::optional<int> zone_minutes_;
  std::int64_t latest_date_us_ = std::numeric_limits<std::int64_t>::min();
  Incident incident_;
};

}  // namespace

Result<Incident> ReadIncident(const IncidentOptions& options) { return Reader(options).Read(); }

}  // namespace dualpath::timeline
