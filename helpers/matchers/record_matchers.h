#pragma once

#include <gmock/gmock.h>

#include <functional>
#include <string>
#include <vector>

#include "helpers/matchers/path_id.h"
#include "helpers/timeline/record.h"

namespace dualpath {

/// Selects records of a timeline.
struct EventPattern {
  std::string description;
  std::function<bool(const timeline::Record& record)> matches;
};

/// A fault that a fixture injected: InjectsFault("delete", rig().path(0)).
EventPattern InjectsFault(const std::string& verb, const PathId& path);

/// The kernel's uevent of the path's disk: DiskUevent("remove", rig().path(0)).
EventPattern DiskUevent(const std::string& action, const PathId& path);

/// The map has these path groups from then on.
EventPattern HasPathGroups(const std::string& map, const PathIdGroups& groups);

/// The path is in that state from then on: IsInState(rig().path(0), "removed").
EventPattern IsInState(const PathId& path, const std::string& state);

/// The first I/O on the path after the other one was lost, as inferred by timeline/first_io.h.
EventPattern FirstIoOn(const PathId& path);

/// The timeline has these records in this order; others may be between them:
///   EXPECT_THAT(Timeline(), ShowsInOrder({InjectsFault("delete", rig().path(0)),
///                                         FirstIoOn(rig().path(1))}));
/// fails, with the records around the place where the first missing one should be, as
///   Expected: shows in order: the fault "delete" of 3:0:1:0, the first I/O on 4:0:1:0
///     Actual: 57 records, which does not show the first I/O on 4:0:1:0 after the fault "delete" of
///     ...
::testing::Matcher<const std::vector<timeline::Record>&> ShowsInOrder(
    std::vector<EventPattern> patterns);

}  // namespace dualpath
