// How an error comes up from a path to the application in the guest: what each layer made of it.

#include <cerrno>

#include "fixtures/capabilities_fixture.h"
#include "fixtures/layers_fixture.h"

namespace dualpath {
namespace {

using observe::VirtioScsiResponse;
using scsi::HostByte;
using scsi::ScsiStatus;
using scsi::SenseKey;
using std::chrono::microseconds;

/// How often the guest's sd driver sends a command that fails in a way that may pass: once, and
/// five times again (SD_MAX_RETRIES).
constexpr std::size_t kTries = 6;

/// A fault of the active path, which goes on until multipathd has noticed. QEMU's policy is
/// "report" for reads and writes.
using ErrorTrace = WithCapabilities<LayersTest>;

TEST_F(ErrorTrace, OfAnOfflinePathIsAnErrnoThatQemuTurnsIntoSense) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  ASSERT_OK(io.AwaitGoodCompletions(3));
  ASSERT_OK(rig().AwaitCheck(0));

  ASSERT_OK(rig().path(0).SetOffline());

  EXPECT_THAT(log(), EventuallyLogs(CheckerFails(rig().map(), path(0))));
  ASSERT_OK(io.AwaitGoodCompletions(3));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  ASSERT_OK_AND_ASSIGN(const auto seen, StopLayers(report));
  if (capabilities().probes_paths_on_sg_io_error) {
    EXPECT_THAT(seen, NoErrorTravels());
    return;
  }
  // sd refuses the ioctl itself: there is no command, and so no host byte.
  EXPECT_THAT(seen, ErrorTravels()
                        .NoPathReturnsAnError()
                        .SgIoFails(ENODEV)
                        .QemuMakesSense(SenseKey::kAbortedCommand, 0x00, 0x06)
                        .QemuReportsToTheGuest()
                        .VirtioScsiResponds(VirtioScsiResponse::kOk, ScsiStatus::kCheckCondition)
                        .GuestTries(kTries)
                        .GuestKernelSees(HostByte::kOk, "Aborted Command")
                        .ApplicationGets(EIO)
                        .LogSays(CheckerFails(rig().map(), path(0)))
                        .Until(KernelFails(path(0))));
}

TEST_F(ErrorTrace, OfABrokenTransportIsAHostByteAllTheWayUp) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  ASSERT_OK(io.AwaitGoodCompletions(3));
  ASSERT_OK(rig().AwaitCheck(0));

  ASSERT_OK(rig().path(0).BreakTransport());

  EXPECT_THAT(log(), EventuallyLogs(CheckerFails(rig().map(), path(0))));
  ASSERT_OK(io.AwaitGoodCompletions(3));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  ASSERT_OK_AND_ASSIGN(const auto seen, StopLayers(report));
  if (capabilities().probes_paths_on_sg_io_error) {
    EXPECT_THAT(seen, NoErrorTravels());
    return;
  }
  EXPECT_THAT(seen, ErrorTravels()
                        .PathReturns(path(0), HostByte::kTransportDisrupted)
                        .SgIoReturns(HostByte::kTransportDisrupted)
                        .QemuMakesNoSense()
                        .QemuReportsToTheGuest()
                        .VirtioScsiResponds(VirtioScsiResponse::kTransportFailure)
                        .GuestTries(kTries)
                        .GuestKernelSees(HostByte::kTransportDisrupted)
                        .ApplicationGets(EIO)
                        .CheckerGets(path(0), HostByte::kTransportDisrupted)
                        .LogSays(CheckerFails(rig().map(), path(0)))
                        .Until(KernelFails(path(0))));
}

TEST_F(ErrorTrace, OfADeletedPathEndsInTheGuestsKernel) {
  // Back to back, so that some writes meet the path between its end and the new table.
  guest::IoOptions options;
  options.interval = microseconds(0);
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartIo(options));
  ASSERT_OK(io.AwaitGoodCompletions(3));

  ASSERT_OK(rig().path(0).Delete());

  EXPECT_THAT(log(), EventuallyLogs(LoadsTable(rig().map(), {{path(1)}})));
  ASSERT_OK(io.AwaitGoodCompletions(3));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  ASSERT_OK_AND_ASSIGN(const auto seen, StopLayers(report));
  if (capabilities().probes_paths_on_sg_io_error) {
    EXPECT_THAT(report, CompletedWithoutErrors());
    return;
  }
  // What was on its way comes back; what comes after finds a disk that is going, or gone.
  EXPECT_THAT(seen,
              ErrorTravels()
                  .SgIoEndsAsOneOf({HandsBack(HostByte::kError), HandsBack(HostByte::kNoConnect),
                                    SgIoErrno(ENODEV), SgIoErrno(ENXIO), SgIoErrno(ENOTTY)})
                  .QemuReportsToTheGuest()
                  .GuestKernelHidesIt()
                  .Until(LoadsTable(rig().map(), {{path(1)}})));
}

class ErrorPathNoPathRetryFail : public ErrorTrace {
 protected:
  RigOptions Options() const override {
    RigOptions options;
    options.multipath.no_path_retry = multipath::NoPathRetry::Fail();
    return options;
  }
};

TEST_F(ErrorPathNoPathRetryFail, OfNoPathIsOfThePathFirstAndThenOfTheMap) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  ASSERT_OK(io.AwaitGoodCompletions(3));
  ASSERT_OK(rig().AwaitCheck(0));

  const microseconds fault = Now();
  ASSERT_OK(rig().path(0).SetOffline());
  ASSERT_OK(rig().path(1).SetOffline());

  EXPECT_THAT(log(), EventuallyLogs(KernelFails(path(0))));
  EXPECT_THAT(log(), EventuallyLogs(KernelFails(path(1))));
  EXPECT_THAT(log(), EventuallyLogs(LeavesActivePaths(rig().map(), 0)));
  const microseconds map_failed = Now();
  // More than a second of them: QEMU tells libvirt of one error a second at most (since 10.0).
  ASSERT_OK(io.AwaitFailures(10));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  const microseconds end = Now();
  ASSERT_OK_AND_ASSIGN(const auto seen, StopLayers(report));
  if (!capabilities().probes_paths_on_sg_io_error) {
    ASSERT_OK_AND_ASSIGN(const auto first_failed, TimeOf(KernelFails(path(0)), LogNow()));
    EXPECT_THAT(
        seen.Between(fault, first_failed).EndedBefore(first_failed),
        ErrorTravels().NoPathReturnsAnError().SgIoFails(ENODEV).GuestTries(kTries).ApplicationGets(
            EIO));
  }
  EXPECT_THAT(seen.Between(map_failed, end),
              ErrorTravels()
                  .NoPathReturnsAnError()
                  .SgIoFails(EIO)
                  .QemuMakesSense(SenseKey::kAbortedCommand, 0x00, 0x06)
                  .QemuReportsToTheGuest()
                  .VirtioScsiResponds(VirtioScsiResponse::kOk, ScsiStatus::kCheckCondition)
                  .GuestTries(kTries)
                  .ApplicationGets(EIO));
}

}  // namespace
}  // namespace dualpath
