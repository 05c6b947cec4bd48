#include "helpers/matchers/path_io_matchers.h"

#include <algorithm>
#include <boost/algorithm/string/join.hpp>
#include <optional>
#include <string>

#include "helpers/matchers/described.h"

namespace dualpath {
namespace {

/// The checker's commands count, too.
constexpr std::uint64_t kTimesAsMany = 10;

/// Paths are identified by address: the kernel renames and renumbers disks.
const PathIo* Find(const std::vector<PathIo>& all, const std::string& hctl) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const PathIo& io) { return io.path.hctl == hctl; });
  return found == all.end() ? nullptr : &*found;
}

/// Says which path has fewer than `at_least` commands or, if it is none of these, more than
/// `at_most`.
std::optional<std::string> WhyNotOn(const std::vector<std::string>& hctls, std::uint64_t at_least,
                                    std::uint64_t at_most, const std::vector<PathIo>& all) {
  for (const std::string& hctl : hctls) {
    const PathIo* carrier = Find(all, hctl);
    if (carrier == nullptr) return "without " + hctl;
    if (carrier->commands < at_least) return "too few on " + hctl;
  }
  for (const PathIo& io : all) {
    if (io.commands <= at_most) continue;
    if (std::find(hctls.begin(), hctls.end(), io.path.hctl) != hctls.end()) continue;
    return "too many on " + io.path.hctl;
  }
  return std::nullopt;
}

}  // namespace

std::vector<PathIo> IoSince(const std::vector<PathIo>& before, const std::vector<PathIo>& now) {
  std::vector<PathIo> since = now;
  for (PathIo& io : since) {
    const PathIo* earlier = Find(before, io.path.hctl);
    if (earlier != nullptr && earlier->commands <= io.commands) io.commands -= earlier->commands;
  }
  return since;
}

::testing::Matcher<const std::vector<PathIo>&> CarriedBy(const PathId& path,
                                                         std::uint64_t at_least) {
  const std::string what = std::to_string(at_least) + " commands on " +
                           ::testing::PrintToString(path) + ", few on other paths";
  return Described<std::vector<PathIo>>(
      "at least " + what, "not at least " + what,
      [hctl = path.hctl, at_least](const std::vector<PathIo>& all) -> std::optional<std::string> {
        const PathIo* carrier = Find(all, hctl);
        const std::uint64_t commands = carrier == nullptr ? 0 : carrier->commands;
        return WhyNotOn({hctl}, at_least, commands / kTimesAsMany, all);
      });
}

::testing::Matcher<const std::vector<PathIo>&> SpreadOver(const std::vector<PathId>& paths,
                                                          std::uint64_t at_least) {
  std::vector<std::string> hctls;
  hctls.reserve(paths.size());
  for (const PathId& path : paths) hctls.push_back(path.hctl);
  const std::string what = std::to_string(at_least) + " commands on each of " +
                           boost::join(hctls, ", ") + ", few on other paths";
  return Described<std::vector<PathIo>>("at least " + what, "not at least " + what,
                                        [hctls, at_least](const std::vector<PathIo>& all) {
                                          return WhyNotOn(hctls, at_least, at_least / kTimesAsMany,
                                                          all);
                                        });
}

}  // namespace dualpath
