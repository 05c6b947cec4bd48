#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <vector>

#include "helpers/timeline/line_store.h"
#include "helpers/timeline/log_entry.h"

namespace dualpath::timeline {

/// A time without a year, on a calendar whose months all have 31 days: the order of dates is kept,
/// and the date can be computed once the year is known.
class YearlessTime {
 public:
  YearlessTime(std::int64_t year_index, const Stamp& stamp);
  explicit YearlessTime(std::int64_t key) : key_(key) {}

  /// Microseconds on that calendar.
  std::int64_t key() const { return key_; }
  std::int64_t YearIndex() const;
  bool IsLeapDay() const { return Month() == 2 && Day() == 29; }  // NOLINT

  /// Returns the time since 1970, in microseconds, if the year of index 0 is `year_of_index_0`.
  std::int64_t InYear(std::int64_t year_of_index_0) const;

 private:
  std::int64_t Month() const;
  std::int64_t Day() const;

  std::int64_t key_;
};

/// The clocks of the log files of one incident. Each file may use several: dates, dates without a
/// year, seconds since boot. Stamps are read in the order of the files' lines; once all are read,
/// lines can be placed on one wall clock.
class LogClocks {
 public:
  /// `first_year`: the year of the first line of each log without years, if known.
  explicit LogClocks(std::optional<int> first_year) : first_year_(first_year) {}

  /// Adds a file; files are numbered from 0. `modified_us`: when it was last changed; none: now.
  void AddFile(std::optional<std::int64_t> modified_us);

  /// A time on one clock of one file.
  struct Time {
    Stamp::Kind clock = Stamp::Kind::kDate;
    std::int64_t us = 0;  ///< since 1970 or since boot; for kNoYear a YearlessTime's key
  };

  struct Reading {
    Time time;
    std::int64_t went_back_us = 0;  ///< distance back from the line before; 0 if tolerably small
  };
  Reading Read(std::size_t file, const Stamp& stamp);

  /// Returns the time that was read last in a file.
  std::optional<Time> LastTime(std::size_t file) const { return files_[file].last; }

  /// Adds a kernel line that was logged at `logged` and has the kernel's own stamp.
  void AddBootStamp(std::size_t file, const Time& logged, std::int64_t since_boot_us);

  /// Converts the lines' times to the wall clock. Removes and returns lines that only have seconds
  /// since boot, if neither a boot stamp nor a kernel line that occurs on both clocks gives the
  /// time of the boot.
  std::vector<StoredLine> PlaceOnWallClock(std::vector<StoredLine>& lines) const;

 private:
  struct File {
    std::optional<std::int64_t> modified_us;
    std::optional<Time> last;
    std::array<std::optional<std::int64_t>, 3> last_us{};  ///< by Stamp::Kind
    std::optional<std::int64_t> first_year_index;
    std::set<std::int64_t> leap_year_indices;  ///< years in which a 29 February was logged
  };

  struct BootStamp {
    std::size_t file = 0;
    Time logged;
    std::int64_t since_boot_us = 0;
  };

  std::int64_t YearOfIndex0(const File& file) const;
  std::int64_t ReferenceTime(const File& file) const;
  std::optional<std::int64_t> BootTime(const std::vector<StoredLine>& lines,
                                       const std::vector<std::int64_t>& years) const;

  std::optional<int> first_year_;
  std::vector<File> files_;
  std::vector<BootStamp> boot_stamps_;
  std::optional<int> zone_minutes_;
  std::optional<std::int64_t> latest_date_us_;
};

}  // namespace dualpath::timeline
