// An administrator talks to the kernel's multipath target (dmsetup message, dmsetup load) behind
// multipathd's back, while the guest does I/O.
//
// The target passes SG_IO on to the current path, so the guest sees no error as long as the target
// has chosen a usable path itself: then no command is sent to a bad one.

#include <cerrno>

#include "fixtures/operator_fixture.h"

namespace dualpath {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::Not;

class DmMessages : public OperatorTest {
 protected:
  /// Expects that the next I/O of the guest goes through one path.
  void ExpectCarriedBy(IoRun& io, std::size_t index) {
    ASSERT_OK_AND_ASSIGN(const auto next, NextIo(io, 30));
    EXPECT_THAT(next, CarriedBy(rig().path(index), 20));
  }

  /// Expects that one I/O waited for the initialization of a disabled group, and nothing was lost:
  /// the kernel initializes a group that it uses as the last resort only after 2 s
  /// (drivers/md/dm-mpath.c, DM_PG_INIT_DELAY_MSECS), and not at all without a hardware handler.
  void ExpectOneWaitForTheLastResort(IoRun& io, microseconds since) {
    ASSERT_OK_AND_ASSIGN(const auto table, rig().Table());
    if (table.hardware_handler.empty()) {
      ExpectNothingLost(io);
      return;
    }
    constexpr seconds kInitDelay{2};
    ASSERT_OK(io.AwaitGoodCompletions());
    ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
    EXPECT_THAT(report,
                HasPhases({Good(), HeldThenGood().EndedBefore(since + kInitDelay * 2), Good()}));
    EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
  }
};

// With manual failback, I/O stays where it went.
// Catalogue: D1
TEST_F(DmMessages, FailingTheActivePathMovesIoAndTheCheckerReinstatesIt) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK(dmsetup().FailPath(rig().path(0)));

  EXPECT_THAT(log(), EventuallyLogs(KernelFails(rig().path(0))));
  EXPECT_THAT(log(), EventuallyLogs(LeavesActivePaths(rig().map(), 1)));
  EXPECT_THAT(log(), EventuallyLogs(Reinstates(rig().path(0))));
  EXPECT_THAT(topology(), Eventually(PathGroups({Enabled(rig().path(0)), Active(rig().path(1))})));
  ExpectCarriedBy(io, 1);
  ExpectNothingLost(io);
  EXPECT_THAT(LogNow(), Not(Logs(LoadsAnyTable(rig().map()))));
}

TEST_F(DmMessages, FailingTheEnabledPathDoesNotDisturbIo) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK(dmsetup().FailPath(rig().path(1)));

  EXPECT_THAT(log(), EventuallyLogs(KernelFails(rig().path(1))));
  EXPECT_THAT(log(), EventuallyLogs(Reinstates(rig().path(1))));
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(0)), Enabled(rig().path(1))})));
  ExpectCarriedBy(io, 0);
  ExpectNothingLost(io);
  EXPECT_THAT(LogNow(), Not(Logs(KernelFails(rig().path(0)))));
}

// multipathd is held, so that only the message can reinstate a path.
// Catalogue: D1
TEST_F(DmMessages, FailingBothPathsQueuesIoUntilAMessageReinstatesOne) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  ASSERT_OK_AND_ASSIGN(Cleanup held, rig().HoldMultipathd());

  ASSERT_OK(dmsetup().FailPath(rig().path(0)));
  ASSERT_OK(dmsetup().FailPath(rig().path(1)));
  ASSERT_OK(io.AwaitHeld());
  ASSERT_OK(dmsetup().ReinstatePath(rig().path(1)));
  const auto returned = Now();

  ASSERT_OK(io.AwaitGoodCompletions());
  ASSERT_OK(held.Run());
  EXPECT_THAT(topology(), Eventually(PathGroups({Enabled(rig().path(0)), Active(rig().path(1))})));
  ASSERT_OK(io.AwaitGoodCompletions());
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report,
              HasPhases({Good(), HeldThenGood().EndedBefore(EndOfQueueing(returned)), Good()}));
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

TEST_F(DmMessages, FailingBothPathsIsRepairedByTheChecker) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK(dmsetup().FailPath(rig().path(0)));
  ASSERT_OK(dmsetup().FailPath(rig().path(1)));

  EXPECT_THAT(log(), EventuallyLogs(LeavesActivePaths(rig().map(), 0)));
  EXPECT_THAT(log(), EventuallyLogs(EntersRecovery(rig().map(), 10)));
  EXPECT_THAT(log(), EventuallyLogs(Reinstates(rig().path(0))));
  EXPECT_THAT(log(), EventuallyLogs(Reinstates(rig().path(1))));
  EXPECT_THAT(log(), EventuallyLogs(RecoversToNormal(rig().map())));
  ASSERT_OK(io.AwaitGoodCompletions());
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  // The checks come within 5 s, perhaps before an I/O counts as held.
  EXPECT_THAT(report, HasPhases({Good(), Maybe(HeldThenGood()), Maybe(Good())}));
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

// A disabled group is bypassed. Enabled again, it is the first one that the kernel tries
// (drivers/md/dm-mpath.c, choose_pgpath), whatever failback says.
// Catalogue: D2
TEST_F(DmMessages, DisablingTheActiveGroupMovesIoUntilItIsEnabled) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK(dmsetup().DisableGroup(0));
  EXPECT_THAT(topology(),
              Eventually(PathGroups({{"disabled", {rig().path(0)}}, Active(rig().path(1))})));
  ExpectCarriedBy(io, 1);

  ASSERT_OK(dmsetup().EnableGroup(0));
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(0)), Enabled(rig().path(1))})));
  ExpectCarriedBy(io, 0);
  ExpectNothingLost(io);
}

// Catalogue: D2
TEST_F(DmMessages, DisablingTheOtherGroupLeavesItAsTheLastResort) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  ASSERT_OK(dmsetup().DisableGroup(1));
  ExpectCarriedBy(io, 0);

  ASSERT_OK_AND_ASSIGN(Cleanup held, rig().HoldMultipathd());
  ASSERT_OK(dmsetup().FailPath(rig().path(0)));
  const auto failed = Now();

  ExpectCarriedBy(io, 1);
  ASSERT_OK(held.Run());
  ExpectOneWaitForTheLastResort(io, failed);
}

TEST_F(DmMessages, DisablingBothGroupsDelaysIoOnce) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK(dmsetup().DisableGroup(0));
  ASSERT_OK(dmsetup().DisableGroup(1));
  const auto disabled = Now();

  ASSERT_OK(io.AwaitGoodCompletions(30));
  ExpectOneWaitForTheLastResort(io, disabled);
}

// no_path_retry belongs to multipathd: while the map has paths, it sets what that says at the next
// synchronization (libmultipath/structs_vec.c, set_no_path_retry).
TEST_F(DmMessages, FailIfNoPathOnAHealthyMapIsUndoneByMultipathd) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK_AND_ASSIGN(Cleanup held, rig().HoldMultipathd());
  ASSERT_OK(dmsetup().FailIfNoPath());
  EXPECT_THAT(table(), Eventually(Not(QueuesIfNoPath())));

  ASSERT_OK(held.Run());
  EXPECT_THAT(table(), Eventually(QueuesIfNoPath()));
  ExpectNothingLost(io);
  EXPECT_THAT(LogNow(), Not(Logs(LoadsAnyTable(rig().map()))));
}

// What every guide to a hanging host recommends.
// Catalogue: D4
TEST_F(DmMessages, FailIfNoPathEndsTheQueueingUntilAPathReturns) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartIo(guest::VerifiedWrites(seconds(1))));
  ASSERT_OK(LoseUnseen(1));
  ASSERT_OK(LoseUnseen(0));
  ASSERT_OK(io.AwaitHeld());
  EXPECT_THAT(log(), EventuallyLogs(EntersRecovery(rig().map(), 10)));

  ASSERT_OK(dmsetup().FailIfNoPath());

  ASSERT_OK(io.AwaitFailures());
  EXPECT_THAT(table(), StaysSo(Not(QueuesIfNoPath()), seconds(10)))
      << "multipathd has let the map queue again without a path";
  ASSERT_OK(rig().path(0).SetRunning());
  ASSERT_OK(rig().path(1).SetRunning());
  EXPECT_THAT(log(), EventuallyLogs(RecoversToNormal(rig().map())));
  EXPECT_THAT(table(), Eventually(QueuesIfNoPath()));
  ASSERT_OK(io.AwaitGoodCompletions());
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, HasPhases({Good(), HeldThenFailing(EIO), Failing(EIO), Good()}));
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

// The table of the kernel names the group in use, so an equal one keeps it. Every path of a new
// table is usable, whatever the kernel knew of it. multipathd is held, or it would reinstate the
// path.
// Catalogue: D5
TEST_F(DmMessages, LoadingAnEqualTableKeepsTheGroupAndForgetsFailedPaths) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  ASSERT_OK_AND_ASSIGN(Cleanup held, rig().HoldMultipathd());
  ASSERT_OK(dmsetup().FailPath(rig().path(0)));
  ExpectCarriedBy(io, 1);

  ASSERT_OK(dmsetup().LoadEqualTable());
  ExpectCarriedBy(io, 1);

  ASSERT_OK(dmsetup().FailPath(rig().path(1)));
  ExpectCarriedBy(io, 0);
  ASSERT_OK(held.Run());
  ExpectNothingLost(io);
}

// Each table makes the path usable that failed before it: otherwise both paths would be failed in
// the second round, and I/O queued.
// Catalogue: D5
TEST_F(DmMessages, LoadingAnEqualTableTwentyTimesLosesNothing) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  ASSERT_OK_AND_ASSIGN(Cleanup held, rig().HoldMultipathd());

  for (std::size_t round = 0; round < 20; ++round) {
    SCOPED_TRACE(round);
    ASSERT_OK(dmsetup().FailPath(rig().path(round % 2)));
    ASSERT_OK(dmsetup().LoadEqualTable());
    ASSERT_OK(io.AwaitGoodCompletions(1));
  }

  ASSERT_OK(held.Run());
  EXPECT_THAT(table(),
              Eventually(AllOf(HasGroups({{rig().path(0)}, {rig().path(1)}}), QueuesIfNoPath())));
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(0)), Enabled(rig().path(1))})));
  ExpectNothingLost(io);
}

}  // namespace
}  // namespace dualpath
