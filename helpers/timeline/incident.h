#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/multipath/topology.h"
#include "helpers/timeline/timeline.h"

namespace dualpath::timeline {

struct IncidentOptions {
  std::vector<std::string> files;  ///< "-" is standard input

  /// Year of the first line of each log without years. By default the last line is placed nearest
  /// to the latest full date in any file; if there is none, within the year before the file was
  /// last changed.
  std::optional<int> first_year;

  std::size_t most_lines = 100000;  ///< limit of the timeline
};

/// Lines that could not be parsed.
struct Tally {
  std::uint64_t count = 0;
  std::string first;  ///< the first one, as "FILE:LINE: 'TEXT'"
};

struct Incident {
  Timeline timeline;  ///< in order of time, but in order of the file where a file's clock goes back
  std::map<std::string, Tally> not_understood;          ///< by reason
  std::map<std::string, std::uint64_t> other_programs;  ///< lines that have no lane, by program
  std::uint64_t other_kernel_lines = 0;                 ///< kernel lines not about storage
  std::uint64_t uninteresting_left_out = 0;             ///< lines beyond `most_lines`
  std::uint64_t changes_left_out = 0;                   ///< lines that report a change, likewise
  std::vector<multipath::Map> maps;  ///< in output of `multipath -ll`, at most a thousand
  std::uint64_t lines = 0;
  bool spread_seconds = false;  ///< lines of one second were spread over it; only order is certain
};

/// Reads the logs of an incident, in any mixture of
///   journalctl -o short, short-precise, short-iso, short-iso-precise, short-full, short-unix,
///   short-monotonic, json, json-pretty, json-sse, json-seq, export; syslog in its classic format
///   and that of RFC 3339; dmesg, also with -T, -r, -x, -d or --time-format iso; output of
///   multipathd -d and of `multipath -ll`, which provides the names of paths and maps; logs of
///   containers (CRI, Docker's json-file, `kubectl logs --timestamps`); logs of libvirtd and its
///   domains; NDJSON of an earlier timeline.
/// Takes any bytes and uses constant memory; only a file that cannot be read is an error.
///
/// Lines may have been pasted (helpers/base/pasted_line.h), months may be of any language. A line
/// that a mail program wrapped is joined with the lines after it, up to four, if that makes a line
/// of a known wording, and no line is one alone.
///
/// Times are those of the host's wall clock. If lines have different offsets from UTC, they are
/// converted to the first one. Lines of the same whole second are spread over it in the order of
/// the file. Seconds since boot are converted using a kernel line that is in both logs, or the
/// kernel's own stamp in a syslog line; without either, they cannot be placed on the wall clock. A
/// kernel line that is in two files is shown once.
Result<Incident> ReadIncident(const IncidentOptions& options);

}  // namespace dualpath::timeline
