#include "ci/dualpath/guest_console.h"

#include <chrono>
#include <iostream>
#include <optional>

#include "ci/dualpath/copy_client.h"
#include "helpers/base/eventually.h"
#include "helpers/base/exit_code.h"

namespace dualpath::cli {
namespace {

constexpr char kGuestConsole[] = "/var/lib/dualpath/guest-console.log";
constexpr std::chrono::hours kLongest{24};
constexpr std::chrono::seconds kFetchBudget{30};
constexpr PollPace kPace{std::chrono::seconds(1), std::chrono::seconds(1)};

}  // namespace

Result<int> FollowGuestConsole(const std::string& name) {
  const LabPath console{name.empty() ? "lab" : name, kGuestConsole};
  std::size_t shown = 0;
  std::optional<Error> failure;
  PollUntil(
      Deadline::In(kLongest),
      [&] {
        const auto news = FetchFile(console, shown, Deadline::In(kFetchBudget));
        if (!news.ok()) {
          failure = news.error();
          return true;
        }
        std::cout << news->content << std::flush;
        shown += news->content.size();
        return !std::cout;
      },
      kPace);
  // After some output, an error means that the shell has exited.
  if (failure && shown == 0) return *failure;
  return int{kAllPassed};
}

}  // namespace dualpath::cli
