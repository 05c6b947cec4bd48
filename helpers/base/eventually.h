#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"

namespace dualpath {

/// Interval between polls: short at first, since most conditions are met immediately, then growing,
/// so that polling for a minute does not load the machine.
struct PollPace {
  std::chrono::milliseconds first{20};
  std::chrono::milliseconds slowest{500};

  /// Returns the pace for a condition that takes at least `time`.
  static PollPace ForAtLeast(std::chrono::milliseconds time) {
    PollPace pace;
    pace.slowest = std::max(pace.slowest, time / 8);
    return pace;
  }
};

/// Polls `done` until it returns true or the deadline expires; at least once, and once more after
/// the deadline, in case the machine stalled before. Returns whether the condition was met.
inline bool PollUntil(Deadline deadline, const std::function<bool()>& done, PollPace pace = {}) {
  auto pause = pace.first;
  while (true) {
    const bool last_look = deadline.Expired();
    if (done()) return true;
    if (last_look) return false;
    std::this_thread::sleep_for(deadline.RemainingUpTo(pause));
    pause = std::min(pause * 3 / 2, pace.slowest);
  }
}

/// Like `PollUntil`, but the `Error` describes what was waited for and what was last seen.
/// `what_is_missing` describes why the condition is not met; an empty string means that it is.
inline Status WaitUntil(const std::string& operation, const std::string& object, Deadline deadline,
                        const std::function<std::string()>& what_is_missing, PollPace pace = {}) {
  std::string missing;
  const auto done = [&] {
    missing = what_is_missing();
    return missing.empty();
  };
  const bool met = PollUntil(deadline, done, pace);
  if (met) return Ok{};
  return Error::Because(operation, object, "deadline expired; last seen: " + missing);
}

}  // namespace dualpath
