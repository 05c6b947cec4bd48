#include "helpers/observe/log_marks.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <utility>
#include <vector>

#include "helpers/base/eventually.h"

namespace dualpath::observe {

LogSource LogMarks::Without(LogSource source) {
  return [source = std::move(source), awaited = awaited_]() -> Result<std::vector<LogMessage>> {
    DUALPATH_TRY(std::vector<LogMessage> messages, source());
    const auto is_mark = [&](const LogMessage& message) {
      if (message.text.find(kMarkPrefix) == std::string::npos) return false;
      if (message.text.find(*awaited) != std::string::npos) awaited->clear();
      return true;
    };
    messages.erase(std::remove_if(messages.begin(), messages.end(), is_mark), messages.end());
    return messages;
  };
}

Status LogMarks::CatchUp(LogFollower& follower, const LogMarker& marker, Deadline deadline) {
  static std::atomic<int> count{0};
  // The dot ends the number: otherwise "...-1" would be found in "...-12".
  const std::string mark =
      kMarkPrefix + std::to_string(::getpid()) + "-" + std::to_string(++count) + ".";
  *awaited_ = mark;
  DUALPATH_TRY_STATUS(marker(mark));
  return WaitUntil("read the log up to", mark, deadline, [&]() -> std::string {
    const Status refreshed = follower.Refresh();
    if (!refreshed.ok()) return refreshed.error().ToString();
    if (awaited_->empty()) return "";
    return follower.messages().empty() ? "no line" : follower.messages().back().ToString();
  });
}

}  // namespace dualpath::observe
