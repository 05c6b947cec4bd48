// The timeline that a case writes.

#include "fixtures/rig_fixture.h"

namespace dualpath {
namespace {

using Evidence = GuestTest;

TEST_F(Evidence, TheTimelineShowsTheWholeFailover) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  const PathId deleted = rig().path(0);
  ASSERT_OK(rig().path(0).Delete());
  ASSERT_THAT(log(), EventuallyLogs(RemovesPath(rig().map(), deleted)));
  ASSERT_OK(io.AwaitGoodCompletions());
  ASSERT_OK(rig().path(0).Rescan());
  ASSERT_THAT(log(), EventuallyLogs(LoadsTable(rig().map(), {{rig().path(1)}, {rig().path(0)}})));
  ASSERT_OK(io.AwaitGoodCompletions());
  ASSERT_OK(io.Stop());

  EXPECT_THAT(
      Timeline(),
      ShowsInOrder({InjectsFault("delete", rig().path(0)), DiskUevent("remove", rig().path(0)),
                    HasPathGroups(rig().map(), {{rig().path(1)}}), FirstIoOn(rig().path(1)),
                    InjectsFault("rescan", rig().path(0)), DiskUevent("add", rig().path(0)),
                    HasPathGroups(rig().map(), {{rig().path(1)}, {rig().path(0)}})}));
  EXPECT_THAT(
      Timeline(),
      ShowsInOrder({InjectsFault("delete", rig().path(0)), IsInState(rig().path(0), "deleted"),
                    IsInState(rig().path(0), "removed"), InjectsFault("rescan", rig().path(0)),
                    IsInState(rig().path(0), "attached"), IsInState(rig().path(0), "active")}));
}

}  // namespace
}  // namespace dualpath
