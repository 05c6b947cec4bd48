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

/// How QEMU's SG_IO may end: the ioctl fails, or it comes back with a host byte.
struct SgIoEnd {
  int error_number = 0;  ///< 0: it comes back
  scsi::HostByte host_byte = scsi::HostByte::kOk;
};
inline SgIoEnd SgIoErrno(int error_number) { return {error_number}; }
inline SgIoEnd HandsBack(scsi::HostByte host_byte) { return {0, host_byte}; }

/// How an error travels up, layer by layer, for every command of the guest that failed:
///   EXPECT_THAT(seen, ErrorTravels()
///                         .PathReturns(path(0), HostByte::kTransportDisrupted)
///                         .SgIoReturns(HostByte::kTransportDisrupted)
///                         .VirtioScsiResponds(VirtioScsiResponse::kTransportFailure)
///                         .QemuReportsToTheGuest()
///                         .GuestTries(6)
///                         .GuestKernelSees(HostByte::kTransportDisrupted)
///                         .ApplicationGets(EIO)
///                         .Until(KernelFails(path(0))));
/// fails, besides the table of what was seen, as
///   Expected: an error travels: ... ; SG_IO fails with errno 5 (Input/output error); ...
///     Actual: ..., at SG_IO of command 0x2a at sector 56: failed with errno 19
/// A layer that is not mentioned is not looked at. That nothing failed is a mismatch.
class ErrorTravels {
 public:
  /// What the SCSI layer made of the command on this path.
  ErrorTravels& PathReturns(const PathId& path, scsi::HostByte host_byte);

  /// The SCSI layer of no path was given the command, or none had anything to complain about.
  ErrorTravels& NoPathReturnsAnError();

  /// QEMU's ioctl failed.
  ErrorTravels& SgIoFails(int error_number);

  /// QEMU's ioctl came back, with this host byte. A kernel that does not show it
  /// (ErrorTrace::why_no_sg_io) is only asked whether the ioctl came back.
  ErrorTravels& SgIoReturns(scsi::HostByte host_byte);

  /// One of these, as it depends on the moment.
  ErrorTravels& SgIoEndsAsOneOf(std::vector<SgIoEnd> ends);

  /// The sense data is QEMU's own; no device sent it.
  ErrorTravels& QemuMakesSense(scsi::SenseKey key, unsigned asc, unsigned ascq);
  ErrorTravels& QemuMakesNoSense();

  /// QEMU's decision, as libvirt tells it: no pause.
  ErrorTravels& QemuReportsToTheGuest();

  ErrorTravels& VirtioScsiResponds(observe::VirtioScsiResponse response,
                                   scsi::ScsiStatus status = scsi::ScsiStatus::kGood);

  /// The guest's kernel sent this many commands for each I/O that failed in the end.
  ErrorTravels& GuestTries(std::size_t times);

  /// What the guest's kernel says. `sense_key`: its words, "Aborted Command"; empty: no sense.
  ErrorTravels& GuestKernelSees(scsi::HostByte host_byte, const std::string& sense_key = "");

  /// Nothing: what failed was tried again and went well before anybody noticed.
  ErrorTravels& GuestKernelHidesIt();

  ErrorTravels& ApplicationGets(int error_number);

  /// What the checker's TEST UNIT READY got from this path.
  ErrorTravels& CheckerGets(const PathId& path, scsi::HostByte host_byte);

  /// The log of multipathd or of the machine's kernel says this at some time.
  ErrorTravels& LogSays(const LogEvent& event);

  /// Nothing failed that began after this was logged.
  ErrorTravels& Until(const LogEvent& event);

  operator ::testing::Matcher<const layers::ErrorTrace&>() const;  // NOLINT(google-explicit-*)

  /// One layer: what it should do, and what is wrong, if anything.
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

/// No command of the guest failed at any layer above the paths.
::testing::Matcher<const layers::ErrorTrace&> NoErrorTravels();

}  // namespace dualpath
