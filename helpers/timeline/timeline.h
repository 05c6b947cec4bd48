#pragma once

#include <string>
#include <vector>

#include "helpers/timeline/record.h"

namespace dualpath::timeline {

/// The content of a page or a trace file.
struct Timeline {
  enum class Clock {
    kMonotonic,  ///< time since boot
    kWall,       ///< time since 1970-01-01 00:00:00 on the wall clock of the logs' host
  };

  std::string title;
  std::string stack;  ///< what it ran on, in words; empty if unknown
  Clock clock = Clock::kMonotonic;
  std::vector<Record> records;     ///< in any order
  std::vector<std::string> story;  ///< what happened, in words; empty for a case
  std::vector<std::string> notes;  ///< remarks for the reader: what was left out, and why
};

}  // namespace dualpath::timeline
