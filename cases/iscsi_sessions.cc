// iSCSI paths: the loss of a session, its return, a logout, and a LUN that is unmapped while the
// session and the disk stay.

#include <cerrno>

#include "fixtures/iscsi_fixture.h"

namespace dualpath {
namespace {

using std::chrono::seconds;
using ::testing::Not;

using IscsiSessions = IscsiTest;

// drivers/scsi/scsi_transport_iscsi.c: until recovery_tmo has passed, the devices are blocked and
// their commands held; then they are failed. multipathd lowers it to fast_io_fail_tmo, 5 s.
// Catalogue: B4
TEST_F(IscsiSessions, LossHoldsIoForRecoveryTmoThenMovesItToTheOtherPath) {
  ASSERT_OK(SetRecovery(0, seconds(20)));
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK(rig().path(0).BreakTransport());
  const auto lost = Now();
  EXPECT_THAT(disk_state(0), Eventually(std::string("blocked")));
  ASSERT_OK(io.AwaitHeld());
  EXPECT_THAT(log(), EventuallyLogs(LineContaining("session recovery timed out after 20 secs")));
  EXPECT_THAT(disk_state(0), Eventually(std::string("transport-offline")));
  EXPECT_THAT(log(), EventuallyLogs(KernelFails(rig().path(0))));
  EXPECT_THAT(
      topology(),
      Eventually(PathGroups({Enabled(Faulty(rig().path(0), "offline")), Active(rig().path(1))})));
  ASSERT_OK(io.AwaitGoodCompletions());
  ASSERT_OK_AND_ASSIGN(
      const auto timed_out,
      TimeOf(LineContaining("session recovery timed out after 20 secs"), LogNow()));
  EXPECT_GE(timed_out - lost, seconds(19));

  ASSERT_OK(rig().path(0).MendTransport());
  EXPECT_THAT(topology(), Eventually(PathGroups({Enabled(rig().path(0)), Active(rig().path(1))})));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, HasPhases({Good(), HeldThenFailing(EIO), Maybe(Failing(EIO)), Good()}));
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

TEST_F(IscsiSessions, LossThatEndsWithinRecoveryTmoFailsNoPath) {
  ASSERT_OK(SetRecovery(0, seconds(60)));
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK(rig().path(0).BreakTransport());
  EXPECT_THAT(disk_state(0), Eventually(std::string("blocked")));
  ASSERT_OK(io.AwaitHeld());
  ASSERT_OK(rig().path(0).MendTransport());
  const auto returned = Now();

  EXPECT_THAT(disk_state(0), Eventually(std::string("running")));
  ASSERT_OK(io.AwaitGoodCompletions());
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(0)), Enabled(rig().path(1))})));
  EXPECT_THAT(LogNow(), Not(Logs(KernelFails(rig().path(0)))));
  EXPECT_THAT(LogNow(), Not(Logs(LoadsAnyTable(rig().map()))));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report,
              HasPhases({Good(), HeldThenGood().EndedBefore(EndOfQueueing(returned)), Good()}));
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

// Catalogue: C1
TEST_F(IscsiSessions, LogoutMovesIoToTheOtherPathAndLoginBringsItBack) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  const PathId left = rig().path(0);

  ASSERT_OK(rig().path(0).LogOut());
  EXPECT_THAT(log(), EventuallyLogs(RemovesPath(rig().map(), left)));
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(1))})));
  ASSERT_OK(io.AwaitGoodCompletions());

  ASSERT_OK(rig().path(0).LogIn());
  EXPECT_THAT(log(), EventuallyLogs(AddsPath(rig().map(), rig().path(0))));
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(1)), Enabled(rig().path(0))})));
  ExpectNothingLost(io);
}

// The disk stays, and the unit answers every command but INQUIRY and REPORT LUNS with ILLEGAL
// REQUEST, LOGICAL UNIT NOT SUPPORTED. Passthrough gives that to the guest, until the checker has
// failed the path.
// Catalogue: B1
TEST_F(IscsiSessions, AnUnmappedLunFailsItsPathUntilItIsMappedAgain) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK(rig().path(0).UnmapLun());
  EXPECT_THAT(log(), EventuallyLogs(KernelFails(rig().path(0))));
  EXPECT_THAT(
      topology(),
      Eventually(PathGroups({Enabled(Faulty(rig().path(0), "running")), Active(rig().path(1))})));
  EXPECT_THAT(session_state(0), Eventually(std::string("LOGGED_IN")));
  ASSERT_OK(io.AwaitGoodCompletions());

  ASSERT_OK(rig().path(0).MapLun(rig().backstore()));
  EXPECT_THAT(topology(), Eventually(PathGroups({Enabled(rig().path(0)), Active(rig().path(1))})));
  ASSERT_OK(io.AwaitGoodCompletions());
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, HasPhases({Good(), Maybe(Failing(EIO)), Good()}));
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

}  // namespace
}  // namespace dualpath
