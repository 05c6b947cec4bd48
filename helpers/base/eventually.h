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

/// How often a polled condition is looked at: often at first, since most things happen at once, and
/// then ever less, so that looking at what takes a minute does not become the load.
struct PollPace {
  std::chrono::milliseconds first{20};
  std::chrono::milliseconds slowest{500};

  /// For what cannot be met before that much time has passed.
  static PollPace ForAtLeast(std::chrono::milliseconds time) {
    PollPace pace;
    pace.slowest = std::max(pace.slowest, time / 8);
    return pace;
  }
};

/// Polls `done` until it returns true or the deadline expires. Looks at least once, and once more
/// after the deadline has passed, so that a slow last look is not lost.
/// Returns whether the condition was met.
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

/// As `PollUntil`, but yields an `Error` that says what was waited for and what was last seen.
/// `what_is_missing` returns the current state in words, or an empty string once the wait is over.
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
