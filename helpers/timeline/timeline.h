#pragma once

#include <string>
#include <vector>

#include "helpers/timeline/record.h"

namespace dualpath::timeline {

/// What the page and the trace file show.
struct Timeline {
  enum class Clock {
    kMonotonic,  ///< seconds since a boot
    kWall,       ///< since 1970-01-01 00:00:00 by the wall clock of the logs' host
  };

  std::string title;
  Clock clock = Clock::kMonotonic;
  std::vector<timeline::Record> records;  ///< need not be in order of time
  std::vector<std::string> notes;         ///< what the reader must know: what was left out, and why
};

}  // namespace dualpath::timeline
