#pragma once

#include <gmock/gmock.h>

#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "helpers/matchers/path_id.h"
#include "helpers/multipath/topology.h"

namespace dualpath {

/// A path as `multipath -ll` should show it; a path alone means a ready one. The constructor is a
/// template because converting a fixture's path via PathId would take two implicit conversions.
struct ExpectedPath {
  template <typename P, typename = std::enable_if_t<std::is_convertible_v<const P&, PathId>>>
  ExpectedPath(const P& path)  // NOLINT(google-explicit-constructor)
      : id(path) {}

  PathId id;
  std::string dm_state = "active";
  std::string checker_state = "ready";
  std::string device_state = "running";
};

/// "failed faulty DEVICE_STATE": a path that fails its check. `device_state` is the state in sysfs:
/// "offline", or "running" if only the transport is broken.
ExpectedPath Faulty(const PathId& id, std::string device_state);

/// "failed delayed running": a path that works again but that multipathd does not reinstate yet
/// (san_path_err_*, marginal_path_*). multipath-tools 0.7.0 and newer; older ones print "faulty".
ExpectedPath HeldBack(const PathId& id);

/// "active ghost running": a path whose target port group is in the ALUA state standby.
ExpectedPath Ghost(const PathId& id);

struct ExpectedGroup {
  std::string status;
  std::vector<ExpectedPath> paths;
};

/// A path group with these paths, in this order.
template <typename... Paths>
ExpectedGroup Active(const Paths&... paths) {
  return {"active", {ExpectedPath(paths)...}};
}
template <typename... Paths>
ExpectedGroup Enabled(const Paths&... paths) {
  return {"enabled", {ExpectedPath(paths)...}};
}

/// The map has exactly these groups in this order, each with exactly these paths in these states:
///   EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(1)),
///   Enabled(rig().path(0))})));
/// fails as
///   Expected: within 30 s, path groups [active: 4:0:1:0 active ready running][enabled: ...]
///     Actual: the topology of mpatha, whose path groups are [enabled: 3:0:1:0 ...; last seen: ...
::testing::Matcher<const multipath::Map&> PathGroups(const std::vector<ExpectedGroup>& groups);

/// The path groups have these priorities, in this order:
///   EXPECT_THAT(topology(), Eventually(HasPriorities({50, 10})));
/// fails as
///   Expected: within 30 s, path groups of the priorities 50 10
///     Actual: the topology of mpatha, whose path groups have the priorities 50; last seen: ...
::testing::Matcher<const multipath::Map&> HasPriorities(const std::vector<int>& priorities);

}  // namespace dualpath
