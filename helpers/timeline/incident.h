#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/timeline/timeline.h"

namespace dualpath::timeline {

struct IncidentOptions {
  std::vector<std::string> files;  ///< "-" is standard input

  /// In which the first line of each log without years was written. By default the last line is
  /// taken to be the nearest to the latest full date in any file; without one, to have been written
  /// within the year before the file was changed.
  std::optional<int> first_year;

  std::size_t most_lines = 100000;  ///< that get into the timeline
};

/// How often something was not understood, and the first time, as "FILE:LINE: 'TEXT'".
struct Tally {
  std::uint64_t count = 0;
  std::string first;
};

struct Incident {
  Timeline timeline;  ///< in order of time, but in order of the file where a file's clock goes back
  std::map<std::string, Tally> not_understood;          ///< by reason
  std::map<std::string, std::uint64_t> other_programs;  ///< lines that have no lane, by program
  std::uint64_t other_kernel_lines = 0;                 ///< the kernel's, but not about storage
  std::uint64_t plain_left_out = 0;                     ///< lines beyond `most_lines`
  std::uint64_t changes_left_out = 0;
  std::uint64_t lines = 0;
  bool spread_seconds = false;  ///< times are made up within a second, but for their order
};

/// Reads what there is of an incident: system logs, in any mixture of
///   journalctl -o short, short-precise, short-iso, short-iso-precise, short-full, short-unix,
///   short-monotonic; syslog in the classic and in RFC 3339's form; dmesg, also with -T, -r or -x;
///   what multipathd -d prints,
/// output of `multipath -ll`, which gives the paths and maps their names, and NDJSON of an earlier
/// timeline. Takes any bytes, in constant memory; only a file that cannot be read is an error.
///
/// Times are those of the clock on the wall of the host: where lines name their distance from UTC
/// and differ in it, the first one holds. Lines of one and the same whole second are spread over
/// it in the order of the file. Seconds since boot are placed by a kernel line that stands in both
/// logs, or by the kernel's own stamp in a syslog line; where there is neither they cannot be shown
/// beside a wall clock. What the kernel says in two files is taken once.
Result<Incident> ReadIncident(const IncidentOptions& options);

}  // namespace dualpath::timeline
