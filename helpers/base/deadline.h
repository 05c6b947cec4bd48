#pragma once

#include <chrono>
#include <cstdint>

namespace dualpath {

/// How much slower than a real machine this place may be; every deadline is multiplied by it.
/// `host::` sets it once at start-up (DUALPATH_TIME_SCALE); 1 otherwise.
double TimeScale();
void SetTimeScale(double scale);

/// A point in time by which something must have happened. Passed down by value, so that nested
/// waits share one budget instead of adding theirs up.
///
/// The clock is CLOCK_MONOTONIC: in the lab that is the virtual machine's time, which does not see
/// how loaded the real machine is.
class Deadline {
 public:
  using Clock = std::chrono::steady_clock;

  /// `budget` from now, multiplied by `TimeScale()`.
  static Deadline In(Clock::duration budget);

  /// `budget` from now, exactly: for limits that are themselves under test.
  static Deadline InUnscaled(Clock::duration budget);

  bool Expired() const { return Clock::now() >= end_; }

  /// Never negative.
  Clock::duration Remaining() const;

  /// The smaller of this deadline's remaining time and `slice`: how long one wait may block.
  std::chrono::milliseconds RemainingUpTo(std::chrono::milliseconds slice) const;

 private:
  explicit Deadline(Clock::time_point end) : end_(end) {}

  Clock::time_point end_;
};

/// CLOCK_MONOTONIC, microseconds: the clock of the timeline's records.
std::int64_t MonotonicUs();

}  // namespace dualpath
