#pragma once

#include <gmock/gmock.h>

#include <string>

#include "helpers/dm/multipath_table.h"
#include "helpers/matchers/path_id.h"

namespace dualpath {

/// The table has exactly these path groups with exactly these paths, in this order:
///   EXPECT_THAT(table(), Eventually(HasGroups({{rig().path(1)}, {rig().path(0)}})));
/// fails as
///   Expected: within 30 s, has the path groups 8:16 | 8:0
///     Actual: the table of mpatha, whose path groups are 8:16; last seen: 0 2097152 multipath ...
::testing::Matcher<const dm::MultipathTable&> HasGroups(const PathIdGroups& groups);

/// The table has the feature queue_if_no_path: the kernel queues I/O while no path is left.
///   EXPECT_THAT(table(), StaysSo(QueuesIfNoPath(), std::chrono::minutes(1)));
::testing::Matcher<const dm::MultipathTable&> QueuesIfNoPath();

/// Every path group of the table has this path selector, "round-robin":
///   EXPECT_THAT(table(), Eventually(HasSelector("round-robin")));
::testing::Matcher<const dm::MultipathTable&> HasSelector(const std::string& name);

/// Returns the device numbers by group, "8:0 | 8:16".
std::string Numbers(const PathIdGroups& groups);
std::string Numbers(const dm::MultipathTable& table);

}  // namespace dualpath
