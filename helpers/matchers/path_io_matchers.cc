#include "helpers/matchers/path_io_matchers.h"

#include <algorithm>
#include <optional>
#include <string>

#include "helpers/matchers/described.h"

namespace dualpath {
namespace {

/// Paths are identified by address: the kernel renames and renumbers disks.
const PathIo* Find(const std::vector<PathIo>& all, const std::string& hctl) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const PathIo& io) { return io.path.hctl == hctl; });
  return found == all.end() ? nullptr : &*found;
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
  constexpr std::uint64_t kTimesAsMany = 10;
  const std::string what = std::to_string(at_least) + " commands on " +
                           ::testing::PrintToString(path) + ", few on other paths";
  return Described<std::vector<PathIo>>(
      "at least " + what, "not at least " + what,
      [hctl = path.hctl, at_least](const std::vector<PathIo>& all) -> std::optional<std::string> {
        const PathIo* carrier = Find(all, hctl);
        if (carrier == nullptr) return "without " + hctl;
        if (carrier->commands < at_least) return "too few on " + hctl;
        for (const PathIo& io : all) {
          if (&io == carrier || io.commands * kTimesAsMany <= carrier->commands) continue;
          return "too many on " + io.path.hctl;
        }
        return std::nullopt;
      });
}

}  // namespace dualpath
