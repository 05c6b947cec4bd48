#pragma once

#include <gmock/gmock.h>

#include <cstdint>
#include <ostream>
#include <vector>

#include "helpers/matchers/path_id.h"

namespace dualpath {

/// SCSI commands that a path has completed (scsi::Disk::IoCount).
struct PathIo {
  PathId path;
  std::uint64_t commands = 0;
};

inline std::ostream& operator<<(std::ostream& out, const PathIo& io) {
  return out << io.commands << " on " << io.path;
}

/// Returns the commands of each path in `now` since `before`. A count that decreased was reset to
/// 0: the disk was deleted and rescanned.
std::vector<PathIo> IoSince(const std::vector<PathIo>& before, const std::vector<PathIo>& now);

/// `path` completed at least `at_least` commands and every other path at most a tenth as many: the
/// checker's TEST UNIT READY counts too, so wait for enough I/O that it does not matter.
///   ASSERT_OK_AND_ASSIGN(const auto before, path_io().Now());
///   ASSERT_OK(io.AwaitGoodCompletions(20));
///   ASSERT_OK_AND_ASSIGN(const auto now, path_io().Now());
///   EXPECT_THAT(IoSince(before, now), CarriedBy(rig().path(1), 20));
/// fails as
///   Expected: at least 20 commands on 4:0:1:0 (sdb 8:16), few on other paths
///     Actual: { 21 on 3:0:1:0 (sda 8:0), 1 on 4:0:1:0 (sdb 8:16) }, too few on 4:0:1:0
::testing::Matcher<const std::vector<PathIo>&> CarriedBy(const PathId& path,
                                                         std::uint64_t at_least = 20);

/// Each of `paths` completed at least `at_least` commands, and every other path at most a tenth of
/// that.
///   EXPECT_THAT(IoSince(before, now), SpreadOver({rig().path(0), rig().path(1)}, 20));
/// fails as
///   Expected: at least 20 commands on each of 3:0:1:0, 4:0:1:0, few on other paths
///     Actual: { 21 on 3:0:1:0 (sda 8:0), 1 on 4:0:1:0 (sdb 8:16) }, too few on 4:0:1:0
::testing::Matcher<const std::vector<PathIo>&> SpreadOver(const std::vector<PathId>& paths,
                                                          std::uint64_t at_least);

}  // namespace dualpath
