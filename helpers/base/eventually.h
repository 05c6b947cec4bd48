#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"

namespace dualpath {

/// How often a polled condition is looked at. Short against every stack timer (the shortest is
/// multipathd's one-second tick), long enough that looking does not become the load.
inline constexpr std::chrono::milliseconds kPollInterval{50};

/// Polls `done` until it returns true or the deadline expires. Looks at least once, and once more
/// after the deadline has passed, so that a slow last look is not lost.
/// Returns whether the condition was met.
inline bool PollUntil(Deadline deadline, const std::function<bool()>& done,
                      std::chrono::milliseconds interval = kPollInterval) {
  while (true) {
    const bool last_look = deadline.Expired();
    if (done()) return true;
    if (last_look) return false;
    std::this_thread::sleep_for(deadline.RemainingUpTo(interval));
  }
}

/// As `PollUntil`, but yields an `Error` that says what was waited for and what was last seen.
/// `what_is_missing` returns the current state in words, or an empty string once the wait is over.
inline Status WaitUntil(const std::string& operation, const std::string& object, Deadline deadline,
                        const std::function<std::string()>& what_is_missing) {
  std::string missing;
  const bool met = PollUntil(deadline, [&] {
    missing = what_is_missing();
    return missing.empty();
  });
  if (met) return Ok{};
  return Error::Because(operation, object, "deadline expired; last seen: " + missing);
}

}  // namespace dualpath
