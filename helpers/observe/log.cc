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

void PrintTo(const std::vector<LogMessage>& messages, std::ostream* out) {
  *out << messages.size() << (messages.size() == 1 ? " log line" : " log lines");
}

Status LogFollower::Refresh() {
  std::vector<LogMessage> added;
  std::string failures;
  for (const LogSource& source : sources_) {
    auto messages = source();
    if (!messages.ok()) {
      failures += (failures.empty() ? "" : "; ") + messages.error().ToString();
      continue;
    }
    std::move(messages->begin(), messages->end(), std::back_inserter(added));
  }
  // Stable, so that messages of the same microsecond keep their order.
  std::stable_sort(added.begin(), added.end(), [](const LogMessage& a, const LogMessage& b) {
    return a.monotonic_us < b.monotonic_us;
  });
  std::move(added.begin(), added.end(), std::back_inserter(messages_));
  if (failures.empty()) return Ok{};
  return Error::Because("read new messages", "logs", failures);
}

std::vector<LogMessage> LogFollower::Since(Mark mark) const {
  const auto begin = static_cast<std::ptrdiff_t>(std::min(mark, messages_.size()));
  return {messages_.begin() + begin, messages_.end()};
}

Result<LogFollower::Mark> LogFollower::MarkNow() {
  DUALPATH_TRY_STATUS(Refresh());
  return messages_.size();
}

}  // namespace dualpath::observe
