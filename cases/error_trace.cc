// Propagation of an error from a path to the application in the guest, layer by layer.

#include <cerrno>
#include <functional>
#include <utility>
#include <vector>

#include "fixtures/capabilities_fixture.h"
#include "fixtures/case_tools.h"
#include "fixtures/layers_fixture.h"

namespace dualpath {
namespace {

using observe::VirtioScsiResponse;
using scsi::HostByte;
using scsi::ScsiStatus;
using scsi::SenseKey;
using std::chrono::microseconds;

/// Number of times the guest's sd driver sends a command that fails with a retryable error: the
/// first attempt and five retries (SD_MAX_RETRIES).
constexpr std::size_t kTries = 6;

/// A fault of the active path that lasts until multipathd has detected it. QEMU's policy is
/// "report" for reads and writes.
class ErrorTrace : public WithCapabilities<LayersTest> {
 protected:
  /// Starts writes, breaks the path with `fault` just after a check, waits until the checker has
  /// failed the path and I/O continues, and returns the trace of all layers.
  Result<layers::ErrorTrace> TraceUntilNoticed(const std::function<Status()>& fault) {
    DUALPATH_TRY(auto io, StartTracedWrites());
    DUALPATH_TRY_STATUS(io.AwaitGoodCompletions());
    DUALPATH_TRY_STATUS(rig().AwaitCheck(0));
    DUALPATH_TRY_STATUS(fault());
    EXPECT_THAT(log(), EventuallyLogs(CheckerFails(rig().map(), rig().path(0))));
    DUALPATH_TRY_STATUS(io.AwaitGoodCompletions());
    DUALPATH_TRY(auto report, io.Stop());
    EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
    return StopLayers(std::move(report));
  }
};

TEST_F(ErrorTrace, QemuTurnsTheErrnoOfAnOfflinePathIntoSenseData) {
  ASSERT_OK_AND_ASSIGN(const auto seen,
                       TraceUntilNoticed([this] { return rig().path(0).SetOffline(); }));
  if (capabilities().probes_paths_on_sg_io_error) {
    EXPECT_THAT(seen, NoErrorTravels());
    return;
  }
  // The SCSI layer rejects the ioctl itself, so there is no command and no host byte.
  EXPECT_THAT(seen, ErrorTravels()
                        .NoPathReturnsAnError()
                        .SgIoFails(ENODEV)
                        .QemuBuildsSense(SenseKey::kAbortedCommand, 0x00, 0x06)
                        .QemuReportsToTheGuest()
                        .VirtioScsiResponds(VirtioScsiResponse::kOk, ScsiStatus::kCheckCondition)
                        .GuestTries(kTries)
                        .GuestKernelSees(HostByte::kOk, "Aborted Command")
                        .ApplicationGets(EIO)
                        .LogContains(CheckerFails(rig().map(), rig().path(0)))
                        .Until(KernelFails(rig().path(0))));
}

// Catalogue: A20
TEST_F(ErrorTrace, ABrokenTransportYieldsAHostByteInEveryLayer) {
  if (!why_no_sg_io().empty()) DUALPATH_CANNOT_LOOK(why_no_sg_io());
  ASSERT_OK_AND_ASSIGN(const auto seen,
                       TraceUntilNoticed([this] { return rig().path(0).BreakTransport(); }));
  if (capabilities().probes_paths_on_sg_io_error) {
    EXPECT_THAT(seen, NoErrorTravels());
    return;
  }
  EXPECT_THAT(seen, ErrorTravels()
                        .PathReturns(rig().path(0), HostByte::kTransportDisrupted)
                        .SgIoReturns(HostByte::kTransportDisrupted)
                        .QemuBuildsNoSense()
                        .QemuReportsToTheGuest()
                        .VirtioScsiResponds(VirtioScsiResponse::kTransportFailure)
                        .GuestTries(kTries)
                        .GuestKernelSees(HostByte::kTransportDisrupted)
                        .ApplicationGets(EIO)
                        .CheckerGets(rig().path(0), HostByte::kTransportDisrupted)
                        .LogContains(CheckerFails(rig().map(), rig().path(0)))
                        .Until(KernelFails(rig().path(0))));
}

TEST_F(ErrorTrace, TheGuestKernelHidesTheErrorOfADeletedPath) {
  if (!why_no_sg_io().empty()) DUALPATH_CANNOT_LOOK(why_no_sg_io());
  // Back to back, so that some writes reach the path after its deletion and before the new table.
  guest::IoOptions options;
  options.interval = microseconds(0);
  options.block_count = 16;
  options.retry = false;
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartIo(options));
  ASSERT_OK(io.AwaitGoodCompletions());

  ASSERT_OK(rig().path(0).Delete());

  EXPECT_THAT(log(), EventuallyLogs(LoadsTable(rig().map(), {{rig().path(1)}})));
  ASSERT_OK(io.AwaitGoodCompletions());
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, CompletedWithoutErrors());
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
  ASSERT_OK_AND_ASSIGN(const auto seen, StopLayers(report));
  if (capabilities().probes_paths_on_sg_io_error) return;
  // Commands in flight are completed with an error; later ones hit a disk that is being removed or
  // has been removed.
  EXPECT_THAT(seen, ErrorTravels()
                        .SgIoEndsAsOneOf({SgIoHostByte(HostByte::kError),
                                          SgIoHostByte(HostByte::kNoConnect), SgIoErrno(ENODEV),
                                          SgIoErrno(ENXIO), SgIoErrno(ENOTTY)})
                        .QemuReportsToTheGuest()
                        .GuestKernelHidesIt()
                        .Until(LoadsTable(rig().map(), {{rig().path(1)}})));
}

class ErrorTraceNoPathRetryFail : public ErrorTrace {
 protected:
  RigOptions Options() const override {
    RigOptions options;
    options.multipath.no_path_retry = multipath::NoPathRetry::Fail();
    return options;
  }
};

TEST_F(ErrorTraceNoPathRetryFail, WithoutPathsErrorsComeFromThePathAndThenFromTheMap) {
  ASSERT_OK_AND_ASSIGN(auto io, StartTracedWrites());
  ASSERT_OK(io.AwaitGoodCompletions());
  ASSERT_OK(rig().AwaitCheck(0));

  const microseconds fault = Now();
  ASSERT_OK(rig().path(0).SetOffline());
  ASSERT_OK(rig().path(1).SetOffline());
  const microseconds lost = Now();

  EXPECT_THAT(log(), EventuallyLogs(KernelFails(rig().path(0))));
  EXPECT_THAT(log(), EventuallyLogs(KernelFails(rig().path(1))));
  EXPECT_THAT(log(), EventuallyLogs(LeavesActivePaths(rig().map(), 0)));
  const microseconds map_failed = Now();
  // Failures for more than a second, since QEMU reports at most one error per second to libvirt
  // (since 10.0).
  ASSERT_OK(io.AwaitFailures(10));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  const microseconds end = Now();
  std::vector<Phase> phases = {Good().StartedBefore(lost)};
  const int of_path = capabilities().ErrnoOfOfflinePath();
  if (of_path != EIO) phases.push_back(Maybe(Failing(of_path)));
  phases.push_back(Failing(EIO));
  EXPECT_THAT(report, HasPhases(phases));
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
  ASSERT_OK_AND_ASSIGN(const auto seen, StopLayers(report));
  if (!capabilities().probes_paths_on_sg_io_error) {
    ASSERT_OK_AND_ASSIGN(const auto first_failed, TimeOf(KernelFails(rig().path(0)), LogNow()));
    EXPECT_THAT(
        seen.Between(fault, first_failed).EndedBefore(first_failed),
        ErrorTravels().NoPathReturnsAnError().SgIoFails(ENODEV).GuestTries(kTries).ApplicationGets(
            EIO));
  }
  EXPECT_THAT(seen.Between(map_failed, end),
              ErrorTravels()
                  .NoPathReturnsAnError()
                  .SgIoFails(EIO)
                  .QemuBuildsSense(SenseKey::kAbortedCommand, 0x00, 0x06)
                  .QemuReportsToTheGuest()
                  .VirtioScsiResponds(VirtioScsiResponse::kOk, ScsiStatus::kCheckCondition)
                  .GuestTries(kTries)
                  .ApplicationGets(EIO));
}

}  // namespace
}  // namespace dualpath
