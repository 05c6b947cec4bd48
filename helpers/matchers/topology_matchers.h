#pragma once

#include <gmock/gmock.h>

#include <string>
#include <type_traits>
#include <vector>

#include "helpers/matchers/path_id.h"
#include "helpers/multipath/topology.h"

namespace dualpath {

/// A path as `multipath -ll` should show it. A PathId alone means a ready one.
struct ExpectedPath {
  template <typename P, typename = std::enable_if_t<std::is_convertible_v<const P&, PathId>>>
  ExpectedPath(const P& path)  // NOLINT(google-explicit-constructor)
      : id(path) {}

  PathId id;
  std::string dm_state = "active";
  std::string checker_state = "ready";
  std::string device_state = "running";
};

/// "failed faulty DEVICE_STATE": what the checker makes of a path that is gone or refuses I/O.
/// `device_state` is "offline" where sysfs says so too, "running" where only the transport broke.
ExpectedPath Faulty(PathId id, std::string device_state);

/// "failed delayed running": it works, and multipathd holds it back as a shaky one. multipath-tools
/// 0.7.0; older ones show it as they show a failed one.
ExpectedPath HeldBack(PathId id);

struct ExpectedGroup {
  std::string status;
  std::vector<ExpectedPath> paths;
};

inline ExpectedGroup Active(ExpectedPath path) { return {"active", {std::move(path)}}; }
inline ExpectedGroup Enabled(ExpectedPath path) { return {"enabled", {std::move(path)}}; }

/// The map has exactly these groups in this order, each with exactly these paths in these states.
///   EXPECT_THAT(rig.topology(), Eventually(PathGroups({Active(rig.path(1)),
///   Enabled(rig.path(0))})));
::testing::Matcher<const multipath::Map&> PathGroups(const std::vector<ExpectedGroup>& groups);

}  // namespace dualpath
