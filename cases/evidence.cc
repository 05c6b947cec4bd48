// What a case leaves to look at.

#include "fixtures/rig_fixture.h"

namespace dualpath {
namespace {

using Evidence = GuestTest;

TEST_F(Evidence, TheTimelineShowsTheFailoverFromTheDeletionToThePathsReturn) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  const PathId deleted = path(0);
  ASSERT_OK(rig().path(0).Delete());
  ASSERT_THAT(log(), EventuallyLogs(RemovesPath(rig().map(), deleted)));
  ASSERT_OK(io.AwaitGoodCompletions(3));
  ASSERT_OK(rig().path(0).Rescan());
  ASSERT_THAT(log(), EventuallyLogs(LoadsTable(rig().map(), {{path(1)}, {path(0)}})));
  ASSERT_OK(io.AwaitGoodCompletions(3));
  ASSERT_OK(io.Stop());

  EXPECT_THAT(Timeline(),
              ShowsInOrder({InjectsFault("delete", path(0)), DiskUevent("remove", path(0)),
                            HasPathGroups(rig().map(), {{path(1)}}), FirstIoOn(path(1)),
                            InjectsFault("rescan", path(0)), DiskUevent("add", path(0)),
                            HasPathGroups(rig().map(), {{path(1)}, {path(0)}})}));
  EXPECT_THAT(Timeline(),
              ShowsInOrder({InjectsFault("delete", path(0)), IsInState(path(0), "deleted"),
                            IsInState(path(0), "removed"), InjectsFault("rescan", path(0)),
                            IsInState(path(0), "attached"), IsInState(path(0), "active")}));
}

}  // namespace
}  // namespace dualpath
