#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace dualpath::timeline {

/// Returns whether the Gregorian calendar has the date.
bool IsDate(std::int64_t year, std::int64_t month, std::int64_t day);

/// Returns the microseconds from 1970-01-01 to the beginning of a date. A day beyond the end of its
/// month counts into the next month, as in timegm(3).
std::int64_t DateUs(std::int64_t year, std::int64_t month, std::int64_t day);

/// The time of a log line, as far as the line contains it.
struct Stamp {
  enum class Kind {
    kDate,       ///< with a year: journalctl's short-iso, short-full, short-unix; dmesg -T
    kNoYear,     ///< "May 20 06:17:50[.123456]": syslog; journalctl's short, short-precise
    kSinceBoot,  ///< "[   12.345678]": dmesg; journalctl's short-monotonic
  };
  Kind kind = Kind::kDate;
  int month = 0;  ///< with `day` for kNoYear only; 1 is January
  int day = 0;
  /// Microseconds. kDate: since 1970 by the line's own clock, ignoring its time zone; kNoYear:
  /// since midnight; kSinceBoot: since boot.
  std::int64_t us = 0;
  std::int64_t resolution_us = 1;         ///< 1 s or finer
  std::optional<int> utc_offset_minutes;  ///< if the line contains it
  bool ambiguous_month = false;           ///< two languages have its name for different months
};

/// A line of a system log: "STAMP HOST PROGRAM[PID]: MESSAGE", or dmesg's "STAMP MESSAGE".
struct LogEntry {
  Stamp stamp;
  /// "kernel" for dmesg; "multipathd" for lines with libmultipath's own stamp; "qemu" for the log
  /// files of libvirt's domains; "container" for an output that does not name its program.
  std::string_view program;
  std::string_view message;
  bool continues = false;  ///< CRI: the next line of the container continues this one
};

struct ParsedLine {
  enum class Kind {
    kEntry,
    kNoStamp,
    kImpossibleStamp,  ///< the form of a time stamp, but no such date or time
    kNoProgram,        ///< a time stamp, but no program after it
  };
  Kind kind = Kind::kNoStamp;
  LogEntry entry;
};

/// Parses a line. `entry` points into `line`. What a tool printed before the stamp is skipped: the
/// file's name and the line's number (grep), a container's name (docker compose), a weekday in any
/// language. If a line with a stamp is inside of another (`kubectl logs --timestamps`), the time is
/// the outer one's, and program and message are the inner one's.
ParsedLine ParseLogEntry(std::string_view line);

/// Finds the program and the message in the output of a container.
void FindProgramInOutput(LogEntry& entry);

/// Parses "2026-05-20T06:17:50.123456+02:00", all of `text`.
std::optional<Stamp> ParseIsoStamp(std::string_view text);

/// Takes "[   12.345678] " off the beginning: the kernel's own stamp in a line of syslog.
std::optional<std::int64_t> TakeBootStamp(std::string_view& message);

}  // namespace dualpath::timeline
