// Reactions of QEMU to an error below scsi-block that cannot be expressed as a row of the table of
// outcomes (outcomes.cc).

#include "fixtures/disk_fault_fixture.h"

namespace dualpath {
namespace {

using ::testing::Not;

class ErrorPolicies : public DiskFaultTest {
 protected:
  ErrorPolicies() : DiskFaultTest(Fault::kActiveOffline) {}
};

// Catalogue: L2
TEST_F(ErrorPolicies, StopPausesAgainIfResumedBeforeTheCheckerNoticed) {
  ASSERT_OK_AND_ASSIGN(auto io, StartOn(OnMap(guest::DiskKind::kScsiBlock, "stop")));
  ASSERT_OK(io.AwaitGoodCompletions());
  ASSERT_OK(Break());
  if (capabilities().probes_paths_on_sg_io_error) {
    ExpectNoticed();
    EXPECT_THAT(guest().events(), Eventually(ReportsNoIoError())) << "no I/O error, so no pause";
    ExpectNothingLost(io);
    return;
  }
  ASSERT_OK(guest().AwaitPaused());

  ASSERT_OK(guest().Resume());
  ASSERT_OK(guest().AwaitPaused());
  EXPECT_THAT(LogNow(), Not(Logs(KernelFails(rig().path(0)))))
      << "the checker noticed before the guest was resumed, so nothing was tested";

  Repair();
  ASSERT_OK(guest().Resume());
  ExpectNothingLost(io);
}

class ErrorPoliciesWithoutPaths : public DiskFaultTest {
 protected:
  ErrorPoliciesWithoutPaths() : DiskFaultTest(Fault::kAllOffline) {}
};

// Neither QEMU nor libvirt watches the storage: whoever manages the guest has to resume it, as vdsm
// and KubeVirt do (https://github.com/kubevirt/kubevirt/issues/6599).
// Catalogue: G3
TEST_F(ErrorPoliciesWithoutPaths, StopKeepsTheGuestPausedAfterTheStorageIsBack) {
  ASSERT_OK_AND_ASSIGN(auto io, StartOn(OnMap(guest::DiskKind::kScsiBlock, "stop")));
  ASSERT_OK(io.AwaitGoodCompletions());
  ASSERT_OK(Break());
  ASSERT_OK(guest().AwaitPaused());
  ExpectNoticed();

  ASSERT_NO_FATAL_FAILURE(Repair());
  EXPECT_THAT(guest().state(), StaysSo(IsPausedByIoError(), std::chrono::seconds(60)));
  ASSERT_OK(guest().Resume());

  EXPECT_THAT(guest().state(), Eventually(IsRunning()));
  ExpectNothingLost(io);
}

}  // namespace
}  // namespace dualpath
