#pragma once

#include <spdlog/spdlog.h>

#include "helpers/base/result.h"

namespace dualpath::cli {

/// How a case program ended, in the lab or on a host.
struct CaseEnd {
  int code = 0;                ///< exit status as in a shell: 128 + n for signal n
  double real_seconds = 0;     ///< duration of the case, in real time
  double virtual_seconds = 0;  ///< duration of the case, on the clock that the case saw
  double restore_seconds = 0;  ///< time from starting QEMU until the case can begin
  double verdict_seconds = 0;  ///< time from starting QEMU until gtest's first verdict; 0: none
};

/// Logs the error of a step that does not affect the verdict.
template <typename T>
void WarnIfFailed(const Result<T>& result) {
  if (!result.ok()) spdlog::warn("{}", result.error().ToString());
}

}  // namespace dualpath::cli
