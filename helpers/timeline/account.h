#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "helpers/timeline/incident.h"

namespace dualpath::timeline {

/// A time in the log.
struct Moment {
  std::int64_t time_us = 0;
  bool whole_seconds = false;  ///< the log has no fractions: they are only an order
};

/// A path that could not be used.
struct Loss {
  std::string path;
  std::string device;
  std::string state;       ///< "failed", "offline", "deleted" or "removed"
  std::string noticed_by;  ///< who logged it first: "the kernel", "multipathd's checker"...
  std::string line;        ///< that line
  Moment lost;
  std::optional<Moment> regained;  ///< none: not in the log
};

struct Span {
  Moment begin;
  std::optional<Moment> end;  ///< none: not in the log
};

/// What the log shows of one map.
struct MapAccount {
  std::string name;
  std::map<std::string, std::string> paths;  ///< state of each known path, at last
  std::vector<Loss> losses;
  std::vector<Span> queued;   ///< I/O was held, since no path was usable
  std::vector<Span> failing;  ///< I/O failed, since no path was usable
  std::vector<Span> no_path;  ///< no path was usable; I/O was held or failed as configured
  /// The least number of usable paths, if the log gives a number after each loss.
  std::optional<unsigned> fewest;
  std::optional<bool> queue_if_no_path;             ///< in the last table, or in multipath -ll
  std::optional<unsigned> no_path_retry;            ///< checks until queueing ends
  std::vector<std::pair<Moment, unsigned>> groups;  ///< switches to path groups; 1 is the first
};

/// A file system that was made read-only or shut down, or a guest that was paused.
struct Victim {
  std::string name;  ///< "dm-1", "sdb1"; of a guest: as far as the line has it
  std::string line;
  Moment at;
  std::string map;                       ///< the map below it; empty: not in the log
  bool only_map = false;                 ///< `map` is not named, but the log has no other
  std::string map_state;                 ///< of `map` at that time; empty: unknown
  std::optional<bool> queue_if_no_path;  ///< of `map` at that time
  std::size_t usable = 0;
  std::size_t known = 0;          ///< paths of `map`
  std::string request_error;      ///< the kernel's last error of a request before
  std::optional<Moment> resumed;  ///< a guest that went on
};

/// What happened, as far as the log shows it.
struct Account {
  Timeline::Clock clock = Timeline::Clock::kWall;
  std::vector<MapAccount> maps;
  std::vector<Victim> read_only;
  std::vector<Victim> paused;
};

Account Tell(const Incident& incident);

}  // namespace dualpath::timeline
