#include "helpers/observe/log.h"

#include <algorithm>
#include <cstdio>
#include <iterator>

namespace dualpath::observe {

std::string LogMessage::ToString() const {
  constexpr std::int64_t kMicroseconds = 1000000;
  char time[64];
  std::snprintf(time, sizeof time, "[%5lld.%06lld] ",
                static_cast<long long>(monotonic_us / kMicroseconds),
                static_cast<long long>(monotonic_us % kMicroseconds));
  return time + source + ": " + text;
}

Status LogFollower::Refresh() {
  std::vector<LogMessage> fresh;
  std::string failures;
  for (const LogSource& source : sources_) {
    auto records = source();
    if (!records.ok()) {
      failures += (failures.empty() ? "" : "; ") + records.error().ToString();
      continue;
    }
    std::move(records->begin(), records->end(), std::back_inserter(fresh));
  }
  // Stable: what one source logged in the same microsecond keeps its order.
  std::stable_sort(fresh.begin(), fresh.end(), [](const LogMessage& a, const LogMessage& b) {
    return a.monotonic_us < b.monotonic_us;
  });
  std::move(fresh.begin(), fresh.end(), std::back_inserter(records_));
  if (failures.empty()) return Ok{};
  return Error::Because("refresh", "logs", failures);
}

std::vector<LogMessage> LogFollower::Since(Mark mark) const {
  const auto begin = static_cast<std::ptrdiff_t>(std::min(mark, records_.size()));
  return {records_.begin() + begin, records_.end()};
}

Result<LogFollower::Mark> LogFollower::MarkNow() {
  DUALPATH_TRY_STATUS(Refresh());
  return records_.size();
}

}  // namespace dualpath::observe
