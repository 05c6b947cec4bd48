// What QEMU does about an error under scsi-block beyond what a row of the table of outcomes
// (outcomes.cc) can say.

#include "fixtures/disk_fault_fixture.h"

namespace dualpath {
namespace {

using ::testing::Not;

class ErrorPolicies : public DiskFaultTest {
 protected:
  ErrorPolicies() : DiskFaultTest(Fault::kActiveOffline) {}
};

TEST_F(ErrorPolicies, StopPausesAgainIfResumedBeforeTheCheckerNoticed) {
  ASSERT_OK_AND_ASSIGN(auto io, StartOn(OnMap(guest::DiskKind::kScsiBlock, "stop")));
  ASSERT_OK(io.AwaitGoodCompletions(3));
  ASSERT_OK(Break());
  if (capabilities().probes_paths_on_sg_io_error) {
    ExpectNoticed();
    ASSERT_OK(io.AwaitGoodCompletions(3));
    EXPECT_THAT(guest().events(), Eventually(ReportsNoIoError())) << "there is nothing to pause at";
    return;
  }
  ASSERT_OK(guest().AwaitPaused());

  ASSERT_OK(guest().Resume());
  ASSERT_OK(guest().AwaitPaused());
  EXPECT_THAT(LogNow(), Not(Logs(KernelFails(path(0))))) << "this came too late to be too early";

  Mend();
  ASSERT_OK(guest().Resume());
  ASSERT_OK(io.AwaitGoodCompletions(3));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, CompletedWithoutErrors());
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

}  // namespace
}  // namespace dualpath
