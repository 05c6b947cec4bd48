// One path goes, or comes back; the other one carries the I/O.
// Labels of Failover.DeletingTheActivePath: smoke

#include "fixtures/rig_fixture.h"

namespace dualpath {
namespace {

using ::testing::AllOf;
using ::testing::Not;

using Failover = GuestTest;

TEST_F(Failover, DeletingTheActivePathMovesIoToTheOther) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  const PathId deleted = path(0);

  ASSERT_OK(rig().path(0).Delete());

  EXPECT_THAT(log(),
              EventuallyLogs(LineContaining("[" + deleted.device + "] Synchronizing SCSI cache")));
  EXPECT_THAT(log(), EventuallyLogs(LoadsTable(rig().map(), {{path(1)}})));
  EXPECT_THAT(log(), EventuallyLogs(RemovesPath(rig().map(), deleted)));
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(path(1))})));
  EXPECT_THAT(table(), Eventually(AllOf(HasGroups({{path(1)}}), QueuesIfNoPath())));
  ASSERT_OK(io.AwaitGoodCompletions(3));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, CompletedWithoutErrors());
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

TEST_F(Failover, DeletingTheEnabledPathLeavesIoWhereItIs) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  const PathId deleted = path(1);

  ASSERT_OK(rig().path(1).Delete());

  EXPECT_THAT(log(), EventuallyLogs(LoadsTable(rig().map(), {{path(0)}})));
  EXPECT_THAT(log(), EventuallyLogs(RemovesPath(rig().map(), deleted)));
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(path(0))})));
  EXPECT_THAT(table(), Eventually(AllOf(HasGroups({{path(0)}}), QueuesIfNoPath())));
  ASSERT_OK(io.AwaitGoodCompletions(3));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, CompletedWithoutErrors());
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
  EXPECT_THAT(LogNow(), Not(Logs(KernelFails(path(0)))));
}

TEST_F(Failover, RescanningBringsTheDeletedActivePathBackAsTheSecondGroup) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  ASSERT_OK(rig().path(0).Delete());
  ASSERT_THAT(topology(), Eventually(PathGroups({Active(path(1))})));
  ASSERT_OK(MarkLog());

  ASSERT_OK(rig().path(0).Rescan());

  EXPECT_THAT(log(), EventuallyLogs(AddsPath(rig().map(), path(0))));
  EXPECT_THAT(log(), EventuallyLogs(LoadsTable(rig().map(), {{path(1)}, {path(0)}})));
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(path(1)), Enabled(path(0))})));
  EXPECT_THAT(table(), Eventually(AllOf(HasGroups({{path(1)}, {path(0)}}), QueuesIfNoPath())));
  ASSERT_OK(io.AwaitGoodCompletions(3));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, CompletedWithoutErrors());
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

TEST_F(Failover, RescanningBringsTheDeletedEnabledPathBackWhereItWas) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  ASSERT_OK(rig().path(1).Delete());
  ASSERT_THAT(topology(), Eventually(PathGroups({Active(path(0))})));
  ASSERT_OK(MarkLog());

  ASSERT_OK(rig().path(1).Rescan());

  EXPECT_THAT(log(), EventuallyLogs(AddsPath(rig().map(), path(1))));
  EXPECT_THAT(log(), EventuallyLogs(LoadsTable(rig().map(), {{path(0)}, {path(1)}})));
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(path(0)), Enabled(path(1))})));
  EXPECT_THAT(table(), Eventually(AllOf(HasGroups({{path(0)}, {path(1)}}), QueuesIfNoPath())));
  ASSERT_OK(io.AwaitGoodCompletions(3));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, CompletedWithoutErrors());
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

TEST_F(Failover, TenDeletionsAndRescansInTurnLoseNothing) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  for (std::size_t round = 0; round < 10; ++round) {
    SCOPED_TRACE(round);
    const std::size_t active = round % 2;
    const std::size_t other = 1 - active;
    const PathId deleted = path(active);
    ASSERT_OK(MarkLog());

    ASSERT_OK(rig().path(active).Delete());
    ASSERT_THAT(log(), EventuallyLogs(LoadsTable(rig().map(), {{path(other)}})));
    ASSERT_THAT(log(), EventuallyLogs(RemovesPath(rig().map(), deleted)));
    ASSERT_THAT(topology(), Eventually(PathGroups({Active(path(other))})));

    ASSERT_OK(rig().path(active).Rescan());
    ASSERT_THAT(log(), EventuallyLogs(LoadsTable(rig().map(), {{path(other)}, {path(active)}})));
    ASSERT_THAT(topology(), Eventually(PathGroups({Active(path(other)), Enabled(path(active))})));
    ASSERT_THAT(table(), Eventually(HasGroups({{path(other)}, {path(active)}})));
    ASSERT_OK(io.AwaitGoodCompletions(1));
  }
  EXPECT_THAT(table(), Eventually(QueuesIfNoPath()));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, CompletedWithoutErrors());
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

TEST_F(Failover, DeletingBothHoldsIoUntilOneIsRescanned) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  const PathId first_deleted = path(0);
  const PathId second_deleted = path(1);

  ASSERT_OK(rig().path(0).Delete());
  ASSERT_THAT(topology(), Eventually(PathGroups({Active(path(1))})));
  ASSERT_OK(rig().path(1).Delete());

  EXPECT_THAT(log(), EventuallyLogs(RemovesPath(rig().map(), first_deleted)));
  EXPECT_THAT(log(), EventuallyLogs(RemovesPath(rig().map(), second_deleted)));
  EXPECT_THAT(log(), EventuallyLogs(LoadsTable(rig().map(), {})));
  EXPECT_THAT(topology(), Eventually(PathGroups({})));
  EXPECT_THAT(table(), Eventually(AllOf(HasGroups({}), QueuesIfNoPath())));
  ASSERT_OK(io.AwaitHeld());
  ASSERT_OK(MarkLog());

  ASSERT_OK(rig().path(1).Rescan());
  EXPECT_THAT(log(), EventuallyLogs(LoadsTable(rig().map(), {{path(1)}})));
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(path(1))})));
  ASSERT_OK(io.AwaitGoodCompletions(3));

  ASSERT_OK(rig().path(0).Rescan());
  EXPECT_THAT(log(), EventuallyLogs(LoadsTable(rig().map(), {{path(1)}, {path(0)}})));
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(path(1)), Enabled(path(0))})));
  EXPECT_THAT(table(), Eventually(AllOf(HasGroups({{path(1)}, {path(0)}}), QueuesIfNoPath())));
  ASSERT_OK(io.AwaitGoodCompletions(3));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, HasPhases({Good(), HeldThenGood(), Good()}));
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

}  // namespace
}  // namespace dualpath
