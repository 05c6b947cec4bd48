#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "helpers/base/result.h"

namespace dualpath::timeline {

/// Where on the timeline a record belongs.
enum class Lane {
  kCase,        ///< the case's own steps; what is to be known about the logs of an incident
  kFault,       ///< what was broken on purpose
  kPath,        ///< one path; `path` says which
  kMap,         ///< a map and its path groups; `map` says which
  kMultipathd,  ///< what multipathd logged
  kKernel,      ///< what the kernel logged or traced
  kQemu,        ///< QEMU and libvirt
  kGuest,       ///< what the guest saw
};

enum class Severity {
  kInfo,
  kWarning,  ///< redundancy is lost, or I/O is held
  kError,    ///< a path fails, or I/O does
};

/// "case", "fault", "path", "map", "multipathd", "kernel", "qemu" or "guest".
const char* Name(Lane lane);
std::optional<Lane> LaneOf(const std::string& name);

/// "info", "warning" or "error".
const char* Name(Severity severity);

/// One record of a timeline, and one line of its NDJSON: a JSON object with the names of the
/// fields below for keys. What is empty or "info" is left out; readers ignore keys that they do not
/// know.
struct Record {
  /// Microseconds. Of a case: CLOCK_MONOTONIC of the place that it ran in. Of an incident: since
  /// 1970-01-01 00:00:00 by the clock on the wall of the host that wrote the logs, in its time
  /// zone.
  std::int64_t time_us = 0;

  /// "error_us": the truth is within this much either way, as far as is known: of the guest's
  /// records, how well its clock is known; of a log with whole seconds, one second.
  std::optional<std::int64_t> error_us;

  Lane lane = Lane::kCase;

  /// What it is, a word. Of our own making:
  ///   line    a line of a log, as it was written
  ///   state   `path` or `map` is in `state` from now on, or for `duration_us` where that is set
  ///   groups  the path groups of `map` from now on, in `state`: "3:0:1:0 | 4:0:1:0"
  ///   io      an I/O of the guest: `duration_us`, `errno`, `sequence`, `block`, and `map` if the
  ///           guest's disk is one; on the case's lane, a command of the host that did I/O to `map`
  ///   jump    the clock of a log went back
  ///   reboot  a log goes on after a reboot
  /// Of a case only:
  ///   begin, end  of the case: the first record and the last
  ///   step        what the case does: I/O starts, the disk is exchanged, a command is typed
  ///   failure     what an assertion of the case says
  ///   fault       what is done to `path`; `text` begins with one of "delete", "offline", "break
  ///               transport of", "unmap" (these break it: a warning), "rescan", "running", "mend
  ///               transport of", "map" (these mend it); "rescan host3" is of all that is there
  ///   first-io    the first I/O on the other path, inferred as first_io.h says
  ///   uevent      the kernel's, with its ACTION first: "remove sdb of 3:0:1:0"; device-mapper's
  ///   own
  ///               records come as such: "change mpatha (dm-0): PATH_FAILED 8:16, 1 path left"
  ///   libvirt     an record of the domain, as libvirt reports it
  ///   command     a command of the guest in QEMU, where the case traces it: `duration_us`
  ///   trace       what the kernel traced of commands that failed, where the case traces them
  /// Other sources may have others.
  std::string kind;

  Severity severity = Severity::kInfo;

  std::string text;  ///< for people; UTF-8

  std::optional<std::int64_t> duration_us;  ///< it began at `time_us` and took this long

  std::string path;    ///< H:C:T:L; where that is not known "sdb", or "8:16"
  std::string device;  ///< what the path was called at that time: "sdb"
  std::string map;     ///< alias, or WWID
  /// Of a path: "active", "failed", "offline", "deleted" (the kernel removes the disk), "removed"
  /// (from the map), "attached" (a disk, but not in the map). Of a map: "2 paths", "no path",
  /// "queueing", "failing I/O", "removed". Or any other word that a source has.
  std::string state;

  std::optional<std::int64_t> latency_us;  ///< of an I/O, where that is not `duration_us`
  std::optional<int> error_number;         ///< "errno": what an I/O ended with; 0: success
  std::optional<std::uint64_t> sequence;   ///< of an I/O in its run
  std::optional<std::uint64_t> block;      ///< of an I/O, in units of its run

  /// One line of NDJSON, without the newline. Bytes that are not UTF-8 become U+FFFD.
  std::string ToJsonLine() const;

  /// `time_us` and `lane` are required.
  static Result<Record> ParseJsonLine(const std::string& line);
};

bool operator==(const Record& a, const Record& b);
inline std::ostream& operator<<(std::ostream& out, const Record& record) {
  return out << record.ToJsonLine();
}

/// Prints "57 records", for gtest: a matcher's explanation comes next, with the records that
/// matter.
void PrintTo(const std::vector<Record>& records, std::ostream* out);

/// One line for each, each with its newline.
std::string ToNdjson(const std::vector<Record>& records);

/// Empty lines are skipped; an error names the line.
Result<std::vector<Record>> ParseNdjson(const std::string& text);

}  // namespace dualpath::timeline
