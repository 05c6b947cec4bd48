// What QEMU does about an error under scsi-block: the disk's error_policy and rerror_policy.

#include <cerrno>

#include "fixtures/disk_fault_fixture.h"

namespace dualpath {
namespace {

using guest::DiskKind;
using ::testing::Not;

/// One of two paths is lost. With queue_if_no_path set nothing of that should reach the guest; but
/// SG_IO bypasses dm-multipath's failover, and until multipathd's checker has noticed, the policy
/// is asked.
class ErrorPolicies : public ActiveOfflineTest {
 protected:
  static guest::DiskOptions ScsiBlock(const std::string& policy) {
    return OnMap(DiskKind::kScsiBlock, policy);
  }

  bool PolicyIsAsked() const {
    return !capabilities().probes_paths_on_sg_io_error &&
           capabilities().applies_error_policies_to_host_status;
  }

  /// The other sides of the capability: the loss is masked, or the guest gets it in any case.
  void ExpectItPassesThePolicyBy(IoRun& io) {
    EXPECT_THAT(log(), EventuallyLogs(KernelFails(path(0))));
    ASSERT_OK(io.AwaitGoodCompletions(3));
    ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
    if (capabilities().probes_paths_on_sg_io_error) {
      EXPECT_THAT(report, CompletedWithoutErrors());
    } else {
      ExpectErrorsUntilTheCheckerNoticed(report);
    }
    EXPECT_THAT(guest().events(), Eventually(ReportsNoIoError()));
    EXPECT_THAT(guest().state(), Eventually(IsRunning()));
    if (report.options.kind == guest::IoKind::kWrite) {
      EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
    }
    Record(report);
  }

  void ExpectErrorsUntilTheCheckerNoticed(const guest::IoReport& report) {
    ASSERT_OK_AND_ASSIGN(const auto noticed, TimeOf(KernelFails(path(0)), LogNow()));
    EXPECT_THAT(report, FailedExactlyBetween(fault(), noticed, EIO));
  }
};

TEST_F(ErrorPolicies, ReportTellsTheGuestOfALostPath) {
  ASSERT_OK_AND_ASSIGN(auto io, StartWritesOn(ScsiBlock("report")));
  ASSERT_OK(SetActiveOffline());
  if (!PolicyIsAsked()) return ExpectItPassesThePolicyBy(io);

  EXPECT_THAT(log(), EventuallyLogs(KernelFails(path(0))));
  ASSERT_OK(io.AwaitGoodCompletions(3));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  ExpectErrorsUntilTheCheckerNoticed(report);
  EXPECT_THAT(guest().events(), Eventually(ReportsIoErrors(OnError::kReport)));
  EXPECT_THAT(guest().state(), Eventually(IsRunning()));
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
  Record(report);
}

TEST_F(ErrorPolicies, StopPausesOnALostPathAndLosesNothing) {
  ASSERT_OK_AND_ASSIGN(auto io, StartWritesOn(ScsiBlock("stop")));
  ASSERT_OK(SetActiveOffline());
  if (!PolicyIsAsked()) return ExpectItPassesThePolicyBy(io);

  ASSERT_OK(guest().AwaitPaused());
  EXPECT_THAT(guest().events(), Eventually(ReportsIoErrors(OnError::kPause)));
  EXPECT_THAT(log(), EventuallyLogs(KernelFails(path(0))));
  EXPECT_THAT(guest().state(), Eventually(IsPausedByIoError())) << "nobody else resumes it";

  ASSERT_OK(guest().Resume());
  ASSERT_OK(io.AwaitGoodCompletions(3));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, CompletedWithoutErrors());
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
  Record(report);
}

TEST_F(ErrorPolicies, StopPausesAgainIfResumedBeforeTheCheckerNoticed) {
  ASSERT_OK_AND_ASSIGN(auto io, StartWritesOn(ScsiBlock("stop")));
  ASSERT_OK(SetActiveOffline());
  if (!PolicyIsAsked()) return ExpectItPassesThePolicyBy(io);
  ASSERT_OK(guest().AwaitPaused());

  ASSERT_OK(guest().Resume());
  ASSERT_OK(guest().AwaitPaused());
  EXPECT_THAT(LogNow(), Not(Logs(KernelFails(path(0))))) << "this came too late to be too early";

  ASSERT_OK(rig().path(0).SetRunning());
  ASSERT_OK(guest().Resume());
  ASSERT_OK(io.AwaitGoodCompletions(3));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, CompletedWithoutErrors());
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

TEST_F(ErrorPolicies, StopForReadsPausesWhereWritesWouldBeReported) {
  guest::DiskOptions disk = ScsiBlock("report");
  disk.rerror_policy = "stop";
  ASSERT_OK_AND_ASSIGN(auto io, StartReadsOn(disk));
  ASSERT_OK(SetActiveOffline());
  if (!PolicyIsAsked()) return ExpectItPassesThePolicyBy(io);

  ASSERT_OK(guest().AwaitPaused());
  EXPECT_THAT(guest().events(), Eventually(ReportsIoErrors(OnError::kPause)));
  EXPECT_THAT(log(), EventuallyLogs(KernelFails(path(0))));

  ASSERT_OK(guest().Resume());
  ASSERT_OK(io.AwaitGoodCompletions(3));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, CompletedWithoutErrors());
  Record(report);
}

TEST_F(ErrorPolicies, IgnoreLosesWritesWhenAPathIsLost) {
  ASSERT_OK_AND_ASSIGN(auto io, StartWritesOn(ScsiBlock("ignore")));
  ASSERT_OK(SetActiveOffline());
  if (!PolicyIsAsked()) return ExpectItPassesThePolicyBy(io);

  EXPECT_THAT(log(), EventuallyLogs(KernelFails(path(0))));
  ASSERT_OK(io.AwaitGoodCompletions(3));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, CompletedWithoutErrors());
  EXPECT_THAT(guest().events(), Eventually(ReportsIoErrors(OnError::kIgnore)));
  EXPECT_THAT(storage(), Not(HoldsEveryWriteAcknowledgedIn(report)));
  Record(report);
}

TEST_F(ErrorPolicies, EnospaceTellsTheGuestOfALostPath) {
  ASSERT_OK_AND_ASSIGN(auto io, StartWritesOn(ScsiBlock("enospace")));
  ASSERT_OK(SetActiveOffline());
  if (!PolicyIsAsked()) return ExpectItPassesThePolicyBy(io);

  EXPECT_THAT(log(), EventuallyLogs(KernelFails(path(0))));
  ASSERT_OK(io.AwaitGoodCompletions(3));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  ExpectErrorsUntilTheCheckerNoticed(report);
  EXPECT_THAT(guest().events(), Eventually(ReportsIoErrors(OnError::kReport)));
  EXPECT_THAT(guest().state(), Eventually(IsRunning()));
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
  Record(report);
}

/// No path is left, and dm-multipath fails I/O: that is an errno of SG_IO, which every QEMU puts to
/// the policy.
class ErrorPoliciesQueueingOver : public QueueingOverTest {
 protected:
  static guest::DiskOptions ScsiBlock(const std::string& policy) {
    return OnMap(DiskKind::kScsiBlock, policy);
  }

  /// Up to there the paths' own errors may have reached the guest, past the policy.
  void ExpectNoErrorOnceThePolicyIsAsked(const guest::IoReport& report) {
    if (capabilities().applies_error_policies_to_host_status) {
      EXPECT_THAT(report, CompletedWithoutErrors());
    } else {
      EXPECT_THAT(report, HasPhases({Good(), Maybe(Failing(EIO)), Good()}));
    }
  }
};

TEST_F(ErrorPoliciesQueueingOver, ReportTellsTheGuest) {
  ASSERT_OK_AND_ASSIGN(auto io, StartWritesOn(ScsiBlock("report")));
  ASSERT_OK(SetBothOffline());
  ExpectBothFaulty();
  ASSERT_OK(io.AwaitFailures(3));
  EXPECT_THAT(guest().events(), Eventually(ReportsIoErrors(OnError::kReport)));
  EXPECT_THAT(guest().state(), Eventually(IsRunning()));

  ASSERT_OK(SetBothRunning());
  ExpectBothReady();
  ASSERT_OK(io.AwaitGoodCompletions(3));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, HasPhases({Good().StartedBefore(fault()), Failing(EIO), Good()}));
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
  Record(report);
}

TEST_F(ErrorPoliciesQueueingOver, StopPausesUntilItIsResumedAndLosesNothing) {
  ASSERT_OK_AND_ASSIGN(auto io, StartWritesOn(ScsiBlock("stop")));
  ASSERT_OK(SetBothOffline());
  ASSERT_OK(guest().AwaitPaused());
  ExpectBothFaulty();
  EXPECT_THAT(guest().events(), Eventually(ReportsIoErrors(OnError::kPause)));

  ASSERT_OK(SetBothRunning());
  ExpectBothReady();
  EXPECT_THAT(guest().state(), Eventually(IsPausedByIoError())) << "nobody else resumes it";
  ASSERT_OK(guest().Resume());
  ASSERT_OK(io.AwaitGoodCompletions(3));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  ExpectNoErrorOnceThePolicyIsAsked(report);
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
  Record(report);
}

TEST_F(ErrorPoliciesQueueingOver, IgnoreLosesWrites) {
  ASSERT_OK_AND_ASSIGN(auto io, StartWritesOn(ScsiBlock("ignore")));
  ASSERT_OK(SetBothOffline());
  ExpectBothFaulty();
  ASSERT_OK(io.AwaitGoodCompletions(3));
  EXPECT_THAT(guest().events(), Eventually(ReportsIoErrors(OnError::kIgnore)));
  EXPECT_THAT(guest().state(), Eventually(IsRunning()));

  ASSERT_OK(SetBothRunning());
  ExpectBothReady();
  ASSERT_OK(io.AwaitGoodCompletions(3));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  ExpectNoErrorOnceThePolicyIsAsked(report);
  EXPECT_THAT(storage(), Not(HoldsEveryWriteAcknowledgedIn(report)));
  Record(report);
}

TEST_F(ErrorPoliciesQueueingOver, EnospaceTellsTheGuest) {
  ASSERT_OK_AND_ASSIGN(auto io, StartWritesOn(ScsiBlock("enospace")));
  ASSERT_OK(SetBothOffline());
  ExpectBothFaulty();
  ASSERT_OK(io.AwaitFailures(3));
  EXPECT_THAT(guest().events(), Eventually(ReportsIoErrors(OnError::kReport)));
  EXPECT_THAT(guest().state(), Eventually(IsRunning()));

  ASSERT_OK(SetBothRunning());
  ExpectBothReady();
  ASSERT_OK(io.AwaitGoodCompletions(3));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, HasPhases({Good().StartedBefore(fault()), Failing(EIO), Good()}));
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
  Record(report);
}

}  // namespace
}  // namespace dualpath
