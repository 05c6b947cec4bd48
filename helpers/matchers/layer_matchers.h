#pragma once

#include <gmock/gmock.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "helpers/layers/error_trace.h"
#include "helpers/matchers/log_matchers.h"
#include "helpers/matchers/path_id.h"

namespace dualpath {

/// The end of QEMU's SG_IO: the ioctl fails, or it returns a host byte.
struct SgIoEnd {
  int error_number = 0;  ///< 0 if the ioctl succeeds
  scsi::HostByte host_byte = scsi::HostByte::kOk;
};
inline SgIoEnd SgIoErrno(int error_number) { return {error_number}; }
inline SgIoEnd SgIoHostByte(scsi::HostByte host_byte) { return {0, host_byte}; }

/// How an error travels up, layer by layer, for every command of the guest that failed:
///   EXPECT_THAT(seen, ErrorTravels()
///                         .PathReturns(rig().path(0), HostByte::kTransportDisrupted)
///                         .SgIoReturns(HostByte::kTransportDisrupted)
///                         .VirtioScsiResponds(VirtioScsiResponse::kTransportFailure)
///                         .QemuReportsToTheGuest()
///                         .GuestTries(6)
///                         .GuestKernelSees(HostByte::kTransportDisrupted)
///                         .ApplicationGets(EIO)
///                         .Until(KernelFails(rig().path(0))));
/// fails, after the table of the layers, as
///   Expected: an error travels: ... ; SG_IO fails with errno 5 (Input/output error); ...
///     Actual: ..., at SG_IO, 2 times, first of command 0x2a at sector 56: SG_IO failed with
///     errno 19...
/// Layers that are not mentioned are not compared. It is a mismatch if nothing failed.
class ErrorTravels {
 public:
  /// The SCSI layer completed the command on this path, and on no other, with this host byte.
  ErrorTravels& PathReturns(const PathId& path, scsi::HostByte host_byte);

  /// No path completed the command with an error, or the command was sent to none.
  ErrorTravels& NoPathReturnsAnError();

  /// QEMU's ioctl failed.
  ErrorTravels& SgIoFails(int error_number);

  /// QEMU's ioctl returned this host byte. A mismatch on a kernel that cannot trace it
  /// (ErrorTrace::why_no_sg_io).
  ErrorTravels& SgIoReturns(scsi::HostByte host_byte);

  /// QEMU's ioctl ended in one of these ways, if that depends on timing.
  ErrorTravels& SgIoEndsAsOneOf(std::vector<SgIoEnd> ends);

  /// QEMU built the sense data itself; no device sent it.
  ErrorTravels& QemuBuildsSense(scsi::SenseKey key, unsigned asc, unsigned ascq);
  ErrorTravels& QemuBuildsNoSense();

  /// QEMU reported the error to the guest instead of pausing it, according to libvirt.
  ErrorTravels& QemuReportsToTheGuest();

  ErrorTravels& VirtioScsiResponds(observe::VirtioScsiResponse response,
                                   scsi::ScsiStatus status = scsi::ScsiStatus::kGood);

  /// The guest's kernel sent this many commands for each I/O that finally failed.
  ErrorTravels& GuestTries(std::size_t times);

  /// The guest's kernel logged this host byte and sense key ("Aborted Command"; empty: no sense).
  ErrorTravels& GuestKernelSees(scsi::HostByte host_byte, const std::string& sense_key = "");

  /// The guest's kernel retried successfully: it logged nothing and no I/O failed.
  ErrorTravels& GuestKernelHidesIt();

  ErrorTravels& ApplicationGets(int error_number);

  /// The checker's TEST UNIT READY ended with this host byte on this path.
  ErrorTravels& CheckerGets(const PathId& path, scsi::HostByte host_byte);

  /// multipathd or the kernel of this machine logged this at some time.
  ErrorTravels& LogContains(const LogEvent& event);

  /// No command failed that began after this was logged.
  ErrorTravels& Until(const LogEvent& event);

  operator ::testing::Matcher<const layers::ErrorTrace&>() const;  // NOLINT(google-explicit-*)

  /// Expected behaviour of one layer, and the check that returns what is wrong with it.
  struct Expectation {
    std::string description;
    std::function<std::optional<std::string>(const layers::ErrorTrace&)> mismatch;
  };

 private:
  using CommandCheck = std::function<std::optional<std::string>(const layers::GuestCommand&)>;

  ErrorTravels& Expect(std::string description,
                       std::function<std::optional<std::string>(const layers::ErrorTrace&)> check);
  ErrorTravels& ExpectOfFailed(std::string description, const std::string& layer,
                               CommandCheck check);

  std::vector<Expectation> expectations_;
};

/// No command of the guest failed, its kernel logged no error, and no I/O failed:
///   EXPECT_THAT(seen, NoErrorTravels());
::testing::Matcher<const layers::ErrorTrace&> NoErrorTravels();

}  // namespace dualpath
