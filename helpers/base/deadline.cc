#include "helpers/base/deadline.h"

#include <algorithm>

namespace dualpath {
namespace {

double time_scale = 1.0;

}  // namespace

double TimeScale() { return time_scale; }

void SetTimeScale(double scale) { time_scale = scale; }

Deadline Deadline::In(Clock::duration budget) {
  return InUnscaled(std::chrono::duration_cast<Clock::duration>(
      std::chrono::duration<double>(budget) * time_scale));
}

Deadline Deadline::InUnscaled(Clock::duration budget) { return Deadline(Clock::now() + budget); }

Deadline::Clock::duration Deadline::Remaining() const {
  return std::max(end_ - Clock::now(), Clock::duration::zero());
}

std::chrono::milliseconds Deadline::RemainingUpTo(std::chrono::milliseconds slice) const {
  return std::min(slice, std::chrono::ceil<std::chrono::milliseconds>(Remaining()));
}

std::int64_t MonotonicUs() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             Deadline::Clock::now().time_since_epoch())
      .count();
}

}  // namespace dualpath
