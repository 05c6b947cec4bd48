#pragma once

#include <algorithm>
#include <cerrno>
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

/// Errno of an `Error` after which asking again is of no use: what was asked has ended. No system
/// call on a unix socket fails with it.
inline constexpr int kGone = ESHUTDOWN;

/// Why a condition is not met; an empty text means that it is.
struct Unmet {
  std::string text;
  bool for_good = false;  ///< it can no longer be met

  Unmet(std::string why, bool is_for_good = false)  // NOLINT(google-explicit-constructor)
      : text(std::move(why)), for_good(is_for_good) {}
  Unmet(const char* why) : text(why) {}  // NOLINT(google-explicit-constructor)
  Unmet(const Error& error)              // NOLINT(google-explicit-constructor)
      : text(error.ToString()), for_good(error.error_number() == kGone) {}
};

/// Like `PollUntil`, but the `Error` describes what was waited for and what was last seen. Also
/// ends as soon as the condition can no longer be met.
inline Status WaitUntil(const std::string& operation, const std::string& object, Deadline deadline,
                        const std::function<Unmet()>& what_is_missing, PollPace pace = {}) {
  Unmet missing("");
  const auto done = [&] {
    missing = what_is_missing();
    return missing.text.empty() || missing.for_good;
  };
  const bool ended = PollUntil(deadline, done, pace);
  if (ended && missing.text.empty()) return Ok{};
  return Error::Because(
      operation, object,
      (ended ? "can no longer happen: " : "deadline expired; last seen: ") + missing.text);
}

}  // namespace dualpath
