// The active path fails but is not removed. What the guest sees depends on whether the kernel or
// multipathd's checker notices first.

#include <cerrno>

#include "fixtures/capabilities_fixture.h"

namespace dualpath {
namespace {

using std::chrono::microseconds;
using ::testing::AllOf;
using ::testing::Not;

class PathOffline : public WithCapabilities<GuestTest> {
 protected:
  /// scsi-block's SG_IO bypasses dm-multipath's failover. Without path probing, the guest gets
  /// errors from the fault until multipathd's checker makes the kernel fail the path; with probing,
  /// it gets none.
  void ExpectErrorsOnlyUntilTheCheckerNoticed(const guest::IoReport& report, microseconds fault,
                                              int error_number) {
    if (capabilities().probes_paths_on_sg_io_error) {
      EXPECT_THAT(report, CompletedWithoutErrors());
      return;
    }
    ASSERT_OK_AND_ASSIGN(const auto failed, TimeOf(KernelFails(rig().path(0)), LogNow()));
    EXPECT_THAT(report, FailedExactlyBetween(fault, failed, error_number));
    EXPECT_THAT(report, HasPhases({Good().StartedBefore(fault), Failing(error_number), Good()}));
  }
};

// Catalogue: A1
TEST_F(PathOffline, OfflineActivePathIsReplacedWhenTheCheckerNotices) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  ASSERT_OK(io.AwaitGoodCompletions());
  ASSERT_OK(rig().AwaitCheck(0));

  ASSERT_OK(rig().path(0).SetOffline());
  const microseconds fault = Now();

  EXPECT_THAT(log(), EventuallyLogs(KernelFails(rig().path(0))));
  EXPECT_THAT(log(), EventuallyLogs(LeavesActivePaths(rig().map(), 1)));
  EXPECT_THAT(
      topology(),
      Eventually(PathGroups({Enabled(Faulty(rig().path(0), "offline")), Active(rig().path(1))})));
  EXPECT_THAT(table(),
              Eventually(AllOf(HasGroups({{rig().path(0)}, {rig().path(1)}}), QueuesIfNoPath())));
  ASSERT_OK(io.AwaitGoodCompletions());
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  ExpectErrorsOnlyUntilTheCheckerNoticed(report, fault, capabilities().ErrnoOfOfflinePath());
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
  EXPECT_THAT(LogNow(), Not(Logs(LoadsAnyTable(rig().map()))));
}

// Catalogue: A20
TEST_F(PathOffline, ActivePathWithBrokenTransportIsReplacedWhenTheCheckerNotices) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  ASSERT_OK(io.AwaitGoodCompletions());
  ASSERT_OK(rig().AwaitCheck(0));

  ASSERT_OK(rig().path(0).BreakTransport());
  const microseconds fault = Now();

  EXPECT_THAT(log(), EventuallyLogs(KernelFails(rig().path(0))));
  EXPECT_THAT(
      topology(),
      Eventually(PathGroups({Enabled(Faulty(rig().path(0), "running")), Active(rig().path(1))})));
  EXPECT_THAT(table(),
              Eventually(AllOf(HasGroups({{rig().path(0)}, {rig().path(1)}}), QueuesIfNoPath())));
  ASSERT_OK(io.AwaitGoodCompletions());
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  ExpectErrorsOnlyUntilTheCheckerNoticed(report, fault, EIO);
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

}  // namespace
}  // namespace dualpath
