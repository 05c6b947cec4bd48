#pragma once

#include <chrono>
#include <cstdint>

namespace dualpath {

/// Factor by which this place may be slower than a real machine; every deadline is multiplied by
/// it. Set once at start-up from DUALPATH_TIME_SCALE (`host::ApplyTimeScale`); 1 otherwise.
double TimeScale();
void SetTimeScale(double scale);

/// A point in time until which an operation may wait. Passed by value, so that nested waits share
/// one budget instead of adding theirs up.
///
/// The clock is CLOCK_MONOTONIC: in the lab that is the VM's virtual time, which is independent of
/// the load on the real machine.
class Deadline {
 public:
  using Clock = std::chrono::steady_clock;

  /// Ends `budget`, multiplied by `TimeScale()`, from now.
  static Deadline In(Clock::duration budget);

  /// Ends exactly `budget` from now: for limits that are themselves under test.
  static Deadline InUnscaled(Clock::duration budget);

  bool Expired() const { return Clock::now() >= end_; }

  /// Never negative.
  Clock::duration Remaining() const;

  /// Returns how long a single wait may block: the remaining time, at most `slice`.
  std::chrono::milliseconds RemainingUpTo(std::chrono::milliseconds slice) const;

 private:
  explicit Deadline(Clock::time_point end) : end_(end) {}

  Clock::time_point end_;
};

/// Returns CLOCK_MONOTONIC in microseconds, the clock of the timeline's records.
std::int64_t MonotonicUs();

}  // namespace dualpath
