// One path goes, or comes back; the other one carries the I/O.

#include "fixtures/rig_test.h"

namespace dualpath {
namespace {

using Failover = GuestTest;

TEST_F(Failover, DeletingTheActivePathMovesIoToTheOther) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  const PathId deleted = path(0);

  ASSERT_OK(rig().path(0).Delete());

  EXPECT_THAT(log(), EventuallyLogs(LoadsTable(rig().map(), {{path(1)}})));
  EXPECT_THAT(log(), EventuallyLogs(RemovesPath(rig().map(), deleted)));
  EXPECT_THAT(log(), EventuallyLogs(Says("[" + deleted.device + "] Synchronizing SCSI cache")));
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(path(1))})));
  EXPECT_THAT(table(), Eventually(AllOf(HasGroups({{path(1)}}), QueuesIfNoPath())));
  ASSERT_OK(io.AwaitGoodCompletions(3));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, CompletedWithoutErrors());
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

}  // namespace
}  // namespace dualpath
