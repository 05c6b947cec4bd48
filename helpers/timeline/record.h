#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "helpers/base/result.h"

namespace dualpath::timeline {

/// The row of the timeline that a record belongs to.
enum class Lane {
  kCase,        ///< steps of the case; for an incident: jumps and reboots in the logs
  kFault,       ///< faults that the case injects and repairs
  kPath,        ///< state of the path `path`
  kMap,         ///< state and path groups of the map `map`
  kMultipathd,  ///< log of multipathd
  kKernel,      ///< log, uevents and traces of the kernel
  kQemu,        ///< QEMU and libvirt
  kGuest,       ///< I/O of the guest
};

enum class Severity {
  kInfo,
  kWarning,  ///< loss of redundancy, or queued I/O
  kError,    ///< failure of a path or of an I/O
};

/// Returns "case", "fault", "path", "map", "multipathd", "kernel", "qemu" or "guest".
const char* Name(Lane lane);
std::optional<Lane> LaneOf(const std::string& name);

/// Returns "info", "warning" or "error".
const char* Name(Severity severity);

/// One record of a timeline, and one line of its NDJSON: a JSON object with the fields below as
/// keys. Empty fields and the severity "info" are left out; readers ignore unknown keys.
struct Record {
  /// Microseconds. For a case: CLOCK_MONOTONIC of the place that it ran in. For an incident: since
  /// 1970-01-01 00:00:00 on the wall clock, in the time zone, of the host that wrote the logs.
  std::int64_t time_us = 0;

  /// "error_us": accuracy of `time_us`, either way, as far as it is known. For I/O of the guest:
  /// how well the guest's clock is known; for a log with whole seconds: one second.
  std::optional<std::int64_t> error_us;

  Lane lane = Lane::kCase;

  /// Kind of the record. Used for cases and incidents:
  ///   line    a line of a log, unchanged
  ///   state   `path` or `map` is in `state` from now on, or for `duration_us` if that is set
  ///   groups  the path groups of `map` from now on, in `state`: "3:0:1:0 | 4:0:1:0"
  ///   io      an I/O of the guest: `duration_us`, `errno`, `sequence`, `block`, and `map` if the
  ///           guest's disk is one; on the case's lane: a command on the host that did I/O to `map`
  ///   jump    the clock of a log went back
  ///   reboot  a log continues after a reboot
  /// Used for cases only:
  ///   begin, end  beginning and end of the case: the first record and the last
  ///   step        a step of the case: I/O starts, the disk is exchanged, a command is typed
  ///   failure     message of a failed assertion
  ///   fault       a fault of `path`; `text` begins with one of "delete", "offline", "break
  ///               transport of", "unmap", "fail", "remove" (which break the path: a warning),
  ///               "rescan", "running", "mend transport of", "map", "reinstate", "add" (which
  ///               repair it); "rescan host3" is for all its paths
  ///   first-io    the first I/O on the other path, inferred as described in first_io.h
  ///   uevent      a uevent of the kernel, with its ACTION first: "remove sdb of 3:0:1:0", or one
  ///   of
  ///               device-mapper: "change mpatha (dm-0): PATH_FAILED 8:16, 1 path left"
  ///   libvirt     an event of the domain, as libvirt reports it
  ///   command     a command of the guest in QEMU, if the case traces it: `duration_us`
  ///   trace       a trace of the kernel about a failed command, if the case traces it
  /// Other sources may have other kinds.
  std::string kind;

  Severity severity = Severity::kInfo;

  std::string text;  ///< description for people; UTF-8

  std::optional<std::int64_t> duration_us;  ///< duration, starting at `time_us`

  std::string path;    ///< H:C:T:L; if that is unknown "sdb", or "8:16"
  std::string device;  ///< name of the path's disk at that time: "sdb"
  std::string map;     ///< alias, or WWID
  /// State of a path: "active", "failed", "offline", "deleted" (the kernel removes the disk),
  /// "removed" (from the map), "attached" (a disk, but not in the map). State of a map: "2 paths",
  /// "no path", "queueing", "failing I/O", "removed". Sources may have other states.
  std::string state;

  std::optional<std::int64_t> latency_us;  ///< latency of an I/O, if it is not `duration_us`
  std::optional<int> error_number;         ///< "errno": result of an I/O; 0: success
  std::optional<std::uint64_t> sequence;   ///< number of an I/O in its run
  std::optional<std::uint64_t> block;      ///< block of an I/O, in units of its run

  /// Returns one line of NDJSON, without the newline. Bytes that are not UTF-8 become U+FFFD.
  std::string ToJsonLine() const;

  /// Parses a line. `time_us` and `lane` are required; a number that its field cannot hold, or a
  /// time of more than 36 000 years, is an error.
  static Result<Record> ParseJsonLine(const std::string& line);
};

bool operator==(const Record& a, const Record& b);
inline std::ostream& operator<<(std::ostream& out, const Record& record) {
  return out << record.ToJsonLine();
}

/// Prints "57 records", for gtest: a matcher's explanation follows, with the relevant records.
void PrintTo(const std::vector<Record>& records, std::ostream* out);

/// Returns whether a path in this state can take I/O. A "ghost", which the array has in standby,
/// can after a switch of groups.
bool IsUsable(const std::string& state);

/// Returns one line for each record, each with its newline.
std::string ToNdjson(const std::vector<Record>& records);

/// Parses lines and skips empty ones; an error contains the number of the line.
Result<std::vector<Record>> ParseNdjson(const std::string& text);

}  // namespace dualpath::timeline
