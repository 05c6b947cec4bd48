#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace dualpath::timeline {

/// Days from 1970-01-01 to a date of the Gregorian calendar.
std::int64_t DaysSinceEpoch(int year, int month, int day);
bool IsLeapYear(int year);

/// The time of a log line, as far as the line has it.
struct Stamp {
  enum class Kind {
    kDate,       ///< year and all: journalctl's short-iso, short-full, short-unix; dmesg -T
    kNoYear,     ///< "May 20 06:17:50[.123456]": syslog; journalctl's short, short-precise
    kSinceBoot,  ///< "[   12.345678]": dmesg; journalctl's short-monotonic
  };
  Kind kind = Kind::kDate;
  int month = 0;  ///< with `day` for kNoYear only; 1 is January
  int day = 0;
  /// kDate: since 1970 by the line's own clock, its time zone left aside; kNoYear: of the day;
  /// kSinceBoot: since boot.
  std::int64_t us = 0;
  std::int64_t resolution_us = 1;         ///< 1 s or finer
  std::optional<int> utc_offset_minutes;  ///< where the line says so
};

/// A line of a system log: "STAMP HOST PROGRAM[PID]: MESSAGE", or dmesg's "STAMP MESSAGE".
struct LogEntry {
  Stamp stamp;
  std::string_view program;  ///< "kernel" for dmesg; "multipathd" for what it prints with -d
  std::string_view message;
};

struct ParsedLine {
  enum class Outcome {
    kEntry,
    kNoStamp,
    kImpossibleStamp,  ///< the form of one, but there is no such time
    kNoProgram,        ///< a time stamp, and then something else
  };
  Outcome outcome = Outcome::kNoStamp;
  LogEntry entry;
};

/// `entry` points into `line`.
ParsedLine ParseLogEntry(std::string_view line);

/// Takes "[   12.345678] " off the beginning, as the kernel puts it before what syslog gets.
std::optional<std::int64_t> TakeBootStamp(std::string_view& message);

}  // namespace dualpath::timeline
