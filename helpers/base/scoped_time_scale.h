#pragma once

#include "helpers/base/deadline.h"

namespace dualpath {

/// Sets the time scale for a scope of a test.
class ScopedTimeScale {
 public:
  explicit ScopedTimeScale(double scale) { SetTimeScale(scale); }
  ScopedTimeScale(const ScopedTimeScale&) = delete;
  ScopedTimeScale& operator=(const ScopedTimeScale&) = delete;
  ~ScopedTimeScale() { SetTimeScale(before_); }

 private:
  const double before_ = TimeScale();
};

}  // namespace dualpath
