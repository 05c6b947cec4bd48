#include "helpers/timeline/log_clock.h"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <iterator>
#include <string>
#include <unordered_map>
#include <utility>

#include "helpers/timeline/durations.h"

namespace dualpath::timeline {
namespace {

constexpr std::int64_t kMonthsOfYear = 12;
constexpr std::int64_t kDaysOfMonth = 31;

/// Leaves room for years before the first line's, in case the clock goes back over a new year.
constexpr std::int64_t kFirstYearIndex = 1000;

std::size_t IndexOf(Stamp::Kind kind) { return static_cast<std::size_t>(kind); }

/// Returns the key of `stamp` in the year that brings it nearest to the line before: December is
/// followed by January of the next year, and a clock that was wrong at boot goes back.
std::int64_t KeyNear(const std::optional<std::int64_t>& last_key, const Stamp& stamp) {
  if (!last_key) return YearlessTime(kFirstYearIndex, stamp).key();
  const std::int64_t index = YearlessTime(*last_key).YearIndex();
  std::int64_t best = YearlessTime(index, stamp).key();
  for (const std::int64_t other : {index - 1, index + 1}) {
    const std::int64_t key = YearlessTime(other, stamp).key();
    if (std::llabs(key - *last_key) < std::llabs(best - *last_key)) best = key;
  }
  return best;
}

std::int64_t WallTime(std::int64_t year_of_index_0, Stamp::Kind clock, std::int64_t time_us) {
  return clock == Stamp::Kind::kNoYear ? YearlessTime(time_us).InYear(year_of_index_0) : time_us;
}

}  // namespace

YearlessTime::YearlessTime(std::int64_t year_index, const Stamp& stamp)
    : key_(((year_index * kMonthsOfYear + stamp.month - 1) * kDaysOfMonth + stamp.day - 1) * kDay +
           stamp.us) {}

std::int64_t YearlessTime::YearIndex() const { return key_ / kDay / kDaysOfMonth / kMonthsOfYear; }

std::int64_t YearlessTime::Month() const { return key_ / kDay / kDaysOfMonth % kMonthsOfYear + 1; }

std::int64_t YearlessTime::Day() const { return key_ / kDay % kDaysOfMonth + 1; }

std::int64_t YearlessTime::InYear(std::int64_t year_of_index_0) const {
  return DateUs(year_of_index_0 + YearIndex(), Month(), Day()) + key_ % kDay;
}

void LogClocks::AddFile(std::optional<std::int64_t> modified_us) {
  files_.emplace_back();
  files_.back().modified_us = modified_us;
}

LogClocks::Reading LogClocks::Read(std::size_t index, const Stamp& stamp) {
  File& file = files_[index];
  std::optional<std::int64_t>& last_us = file.last_us.at(IndexOf(stamp.kind));
  std::int64_t time_us = stamp.us;
  if (stamp.kind == Stamp::Kind::kNoYear) {
    time_us = KeyNear(last_us, stamp);
    const YearlessTime yearless(time_us);
    if (!file.first_year_index) file.first_year_index = yearless.YearIndex();
    if (yearless.IsLeapDay()) file.leap_year_indices.insert(yearless.YearIndex());
  } else if (stamp.kind == Stamp::Kind::kDate) {
    if (stamp.utc_offset_minutes) {
      if (!zone_minutes_) zone_minutes_ = stamp.utc_offset_minutes;
      time_us += (*zone_minutes_ - *stamp.utc_offset_minutes) * kMinute;
    }
    latest_date_us_ = std::max(latest_date_us_.value_or(time_us), time_us);
  }
  Reading reading;
  reading.time = {stamp.kind, time_us};
  // Lines that several programs log at about the same time may be out of order.
  constexpr std::int64_t kTolerated = 2 * kSecond;
  if (last_us && *last_us - time_us > kTolerated) reading.went_back_us = *last_us - time_us;
  last_us = time_us;
  file.last = reading.time;
  return reading;
}

void LogClocks::AddBootStamp(std::size_t file, const Time& logged, std::int64_t since_boot_us) {
  boot_stamps_.push_back({file, logged, since_boot_us});
  // The latest are enough, and those before may be of another boot.
  constexpr std::size_t kEnough = 10000;
  if (boot_stamps_.size() > 2 * kEnough) {
    boot_stamps_.erase(boot_stamps_.begin(), boot_stamps_.begin() + kEnough);
  }
}

/// Returns the time by which the year of a log without years is chosen: YearOfIndex0() places its
/// last line near a full date of any file, or before the last change of its own file.
std::int64_t LogClocks::ReferenceTime(const File& file) const {
  if (latest_date_us_) return *latest_date_us_;
  return file.modified_us.value_or(static_cast<std::int64_t>(std::time(nullptr)) * kSecond);
}

std::int64_t LogClocks::YearOfIndex0(const File& file) const {
  if (first_year_) return *first_year_ - *file.first_year_index;
  const YearlessTime last(*file.last_us.at(IndexOf(Stamp::Kind::kNoYear)));
  const std::int64_t reference_us = ReferenceTime(file);
  constexpr std::int64_t kAverageYear = 31556952 * kSecond;
  constexpr std::int64_t kEpochYear = 1970;
  const std::int64_t about = kEpochYear + reference_us / kAverageYear - last.YearIndex();
  std::int64_t best = about - 1;
  for (const std::int64_t year : {about, about + 1}) {
    const std::int64_t time_us = last.InYear(year);
    // A day's tolerance for time zones.
    const bool fits = latest_date_us_ ? std::llabs(time_us - reference_us) <
                                            std::llabs(last.InYear(best) - reference_us)
                                      : time_us <= reference_us + kDay;
    if (fits) best = year;
  }
  constexpr int kMostYearsBetweenLeapDays = 8;
  for (int i = 0; i < kMostYearsBetweenLeapDays; ++i) {
    constexpr int kFebruary = 2;
    constexpr int kLeapDay = 29;
    const bool fits =
        std::all_of(file.leap_year_indices.begin(), file.leap_year_indices.end(),
                    [&](std::int64_t index) { return IsDate(best + index, kFebruary, kLeapDay); });
    if (fits) return best;
    --best;
  }
  return best + kMostYearsBetweenLeapDays;
}

/// Expects that lines with dates are already on the wall clock.
std::optional<std::int64_t> LogClocks::BootTime(const std::vector<StoredLine>& lines,
                                                const std::vector<std::int64_t>& years) const {
  std::vector<std::int64_t> boots;
  boots.reserve(boot_stamps_.size());
  for (const BootStamp& stamp : boot_stamps_) {
    boots.push_back(WallTime(years[stamp.file], stamp.logged.clock, stamp.logged.us) -
                    stamp.since_boot_us);
  }
  // The last occurrence of a text counts: dmesg contains the log of the last boot.
  std::unordered_map<std::string, std::int64_t> wall_time_of_text;
  for (const StoredLine& line : lines) {
    if (line.clock == Stamp::Kind::kSinceBoot || line.lane != Lane::kKernel) continue;
    wall_time_of_text[line.text] = line.time_us;
  }
  for (const StoredLine& line : lines) {
    if (line.clock != Stamp::Kind::kSinceBoot) continue;
    const auto same = wall_time_of_text.find(line.text);
    if (same != wall_time_of_text.end()) boots.push_back(same->second - line.time_us);
  }
  if (boots.empty()) return std::nullopt;
  // The median: a text that was logged twice gives a wrong time, but most are logged once.
  const auto middle = boots.begin() + static_cast<std::ptrdiff_t>(boots.size() / 2);
  std::nth_element(boots.begin(), middle, boots.end());
  return *middle;
}

std::vector<StoredLine> LogClocks::PlaceOnWallClock(std::vector<StoredLine>& lines) const {
  std::vector<std::int64_t> years;
  years.reserve(files_.size());
  for (const File& file : files_) {
    years.push_back(file.first_year_index ? YearOfIndex0(file) : 0);
  }
  for (StoredLine& line : lines)
    line.time_us = WallTime(years[line.source], line.clock, line.time_us);
  const std::optional<std::int64_t> boot_us = BootTime(lines, years);
  if (!boot_us) {
    const auto unplaced = std::stable_partition(
        lines.begin(), lines.end(),
        [](const StoredLine& line) { return line.clock != Stamp::Kind::kSinceBoot; });
    std::vector<StoredLine> removed(std::make_move_iterator(unplaced),
                                    std::make_move_iterator(lines.end()));
    lines.erase(unplaced, lines.end());
    return removed;
  }
  for (StoredLine& line : lines) {
    if (line.clock != Stamp::Kind::kSinceBoot) continue;
    line.time_us += *boot_us;
    line.resolution_us = kSecond;
  }
  return {};
}

}  // namespace dualpath::timeline
