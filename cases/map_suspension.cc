// The map is suspended and resumed under I/O, as every table load does for a moment, and lvm,
// libmpathpersist and administrators do for longer.
//
// Labels of MapSuspensionUnder.ThreeHundredMillisecondsAreNotSeenByTheGuest: known-issue

#include <cerrno>
#include <ostream>

#include "fixtures/case_tools.h"
#include "fixtures/operator_fixture.h"

namespace dualpath {
namespace {

using std::chrono::milliseconds;
using ::testing::IsTrue;

struct Suspension {
  dm::OnSuspend on_suspend;
  milliseconds time;
};

std::ostream& operator<<(std::ostream& out, const Suspension& suspension) {
  return out << suspension.time.count() << " ms, "
             << (suspension.on_suspend == dm::OnSuspend::kFlush ? "flush" : "noflush");
}

class MapSuspension : public OperatorTest, public ::testing::WithParamInterface<Suspension> {};

// The kernel answers SG_IO with EAGAIN. QEMU 10.0 takes that for an error of the disk, and the
// guest's sd driver retries the command for less than 100 ms. QEMU 10.2 tries for about a second
// itself (commit 2c3165a1a6); stacks with a QEMU that probes paths have not been tried, and may do
// either.
// Catalogue: D6
TEST_P(MapSuspension, FailsWhatTheGuestIssuesMeanwhile) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  ASSERT_OK(io.AwaitGoodCompletions());

  ASSERT_OK_AND_ASSIGN(Cleanup suspension, dmsetup().Suspend(GetParam().on_suspend));
  EXPECT_THAT(suspended(), StaysSo(IsTrue(), GetParam().time));
  ASSERT_OK(suspension.Run());
  const auto resumed = Now();

  ASSERT_OK(io.AwaitGoodCompletions());
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  if (capabilities().probes_paths_on_sg_io_error) {
    EXPECT_THAT(report,
                HasPhases({Good(), Maybe(Failing(EIO).StartedBefore(resumed)), Maybe(Good())}));
  } else {
    EXPECT_THAT(report, HasPhases({Good(), Failing(EIO).StartedBefore(resumed), Good()}));
  }
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(0)), Enabled(rig().path(1))})));
}

INSTANTIATE_TEST_SUITE_P(
    Times, MapSuspension,
    ::testing::Values(Suspension{dm::OnSuspend::kKeepQueued, milliseconds(300)},
                      Suspension{dm::OnSuspend::kKeepQueued, milliseconds(900)},
                      Suspension{dm::OnSuspend::kKeepQueued, milliseconds(2000)},
                      Suspension{dm::OnSuspend::kFlush, milliseconds(900)}),
    [](const auto& test) {
      return std::string(test.param.on_suspend == dm::OnSuspend::kFlush ? "Flush" : "NoFlush") +
             std::to_string(test.param.time.count()) + "Ms";
    });

using MapSuspensionUnder = OperatorTest;

// Catalogue: D6
TEST_F(MapSuspensionUnder, ThreeHundredMillisecondsAreNotSeenByTheGuest) {
  if (!capabilities().waits_for_a_resume) {
    RecordKnownIssue("https://gitlab.com/qemu-project/qemu/-/commit/2c3165a1a6",
                     "QEMU before 10.2: a map that is suspended for more than a millisecond gives "
                     "the guest an I/O error");
  }
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  ASSERT_OK(io.AwaitGoodCompletions());

  ASSERT_OK_AND_ASSIGN(Cleanup suspension, dmsetup().Suspend(dm::OnSuspend::kKeepQueued));
  EXPECT_THAT(suspended(), StaysSo(IsTrue(), milliseconds(300)));
  ASSERT_OK(suspension.Run());

  ExpectNothingLost(io);
}

// The block layer holds what QEMU reads and writes.
// Catalogue: D6
TEST_F(MapSuspensionUnder, ADiskThatQemuEmulatesHoldsIo) {
  guest::DiskOptions disk;
  disk.kind = guest::DiskKind::kScsiHd;
  ASSERT_OK(guest().Use(disk));
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK_AND_ASSIGN(Cleanup suspension, dmsetup().Suspend(dm::OnSuspend::kKeepQueued));
  ASSERT_OK(io.AwaitHeld());
  ASSERT_OK(suspension.Run());
  const auto resumed = Now();

  ASSERT_OK(io.AwaitGoodCompletions());
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report,
              HasPhases({Good(), HeldThenGood().EndedBefore(EndOfQueueing(resumed)), Good()}));
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

TEST_F(MapSuspensionUnder, APassthroughDiskWithPolicyStopPausesTheGuest) {
  guest::DiskOptions disk;
  disk.error_policy = "stop";
  disk.rerror_policy = "stop";
  ASSERT_OK(guest().Use(disk));
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK_AND_ASSIGN(Cleanup suspension, dmsetup().Suspend(dm::OnSuspend::kKeepQueued));
  ASSERT_OK(guest().AwaitPaused());
  ASSERT_OK(suspension.Run());
  ASSERT_OK(guest().Resume());

  EXPECT_THAT(guest().events(), Eventually(ReportsIoErrors(OnError::kPause)));
  ExpectNothingLost(io);
}

// SG_IO waits in the kernel for a path (dm_prepare_ioctl), and looks at the suspension in each
// round.
// Catalogue: D6
TEST_F(MapSuspensionUnder, AMapThatQueuesFailsWhatItHolds) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  ASSERT_OK_AND_ASSIGN(Cleanup held, rig().HoldMultipathd());
  ASSERT_OK(dmsetup().FailPath(rig().path(0)));
  ASSERT_OK(dmsetup().FailPath(rig().path(1)));
  ASSERT_OK(io.AwaitHeld());

  ASSERT_OK_AND_ASSIGN(Cleanup suspension, dmsetup().Suspend(dm::OnSuspend::kKeepQueued));
  ASSERT_OK(io.AwaitFailures());
  ASSERT_OK(suspension.Run());
  ASSERT_OK(io.AwaitHeld());
  ASSERT_OK(held.Run());

  ASSERT_OK(io.AwaitGoodCompletions());
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report,
              HasPhases({Good(), HeldThenFailing(EIO), Failing(EIO), HeldThenGood(), Good()}));
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

}  // namespace
}  // namespace dualpath
