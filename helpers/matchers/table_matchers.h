#pragma once

#include <gmock/gmock.h>

#include <string>

#include "helpers/dm/multipath_table.h"
#include "helpers/matchers/path_id.h"

namespace dualpath {

/// The table has exactly these path groups with exactly these paths, in this order:
///   EXPECT_THAT(rig.table(), Eventually(HasGroups({{rig.path(1)}, {rig.path(0)}})));
::testing::Matcher<const dm::MultipathTable&> HasGroups(const PathIdGroups& groups);

/// The table has the feature queue_if_no_path: the kernel holds I/O while no path is left.
::testing::Matcher<const dm::MultipathTable&> QueuesIfNoPath();

/// "8:0 | 8:16", the device numbers of the groups: how tables are compared and shown.
std::string Numbers(const PathIdGroups& groups);
std::string Numbers(const dm::MultipathTable& table);

}  // namespace dualpath
