#pragma once

#include <gmock/gmock.h>

#include <functional>
#include <string>
#include <vector>

#include "helpers/matchers/path_id.h"
#include "helpers/timeline/record.h"

namespace dualpath {

/// A record that one looks for on a timeline.
struct EventPattern {
  std::string description;
  std::function<bool(const timeline::Record& event)> matches;
};

/// The fault that a fixture's verb is: InjectsFault("delete", path(0)).
EventPattern InjectsFault(const std::string& verb, const PathId& path);

/// The kernel's uevent of the path's disk: DiskUevent("remove", path(0)).
EventPattern DiskUevent(const std::string& action, const PathId& path);

/// The map has these path groups from now on.
EventPattern HasPathGroups(const std::string& map, const PathIdGroups& groups);

/// The path is in that state from now on: IsInState(path(0), "removed").
EventPattern IsInState(const PathId& path, const std::string& state);

/// The first I/O on the path after the other one has gone (observe/first_io.h).
EventPattern FirstIoOn(const PathId& path);

/// The timeline has these records in this order; others may be between them. A failure says which
/// of them is the first that is not there, and what it would have to follow.
///
/// Expected: shows in order: delete 3:0:1:0, first I/O on 4:0:1:0
///   Actual: ... , which does not show first I/O on 4:0:1:0 after {"time_us":...}
::testing::Matcher<const std::vector<timeline::Record>&> ShowsInOrder(
    std::vector<EventPattern> patterns);

}  // namespace dualpath
