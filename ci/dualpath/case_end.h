#pragma once

#include <spdlog/spdlog.h>

#include "helpers/base/result.h"

namespace dualpath::cli {

/// End of a case program, in the lab or on a host.
struct CaseEnd {
  int code = 0;                ///< exit status as in a shell: 128 + n for signal n
  double real_seconds = 0;     ///< duration of the case, in real time
  double virtual_seconds = 0;  ///< duration of the case, on the case's clock
  double restore_seconds = 0;  ///< time from starting QEMU until the case begins
  double verdict_seconds = 0;  ///< time from starting QEMU until gtest's first verdict; 0 if none
};

/// Logs the error of a step that does not affect the verdict.
template <typename T>
void WarnIfFailed(const Result<T>& result) {
  if (!result.ok()) spdlog::warn("{}", result.error().ToString());
}

}  // namespace dualpath::cli
