#include "helpers/matchers/layer_matchers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "helpers/matchers/explanation.h"

namespace dualpath {
namespace {

using layers::ErrorTrace;
using layers::GuestCommand;
using layers::Moment;
using observe::VirtioScsiResponse;
using scsi::HostByte;
using scsi::ScsiStatus;
using scsi::SenseKey;
using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;

const PathId kActive{"6:0:1:0", {8, 0}, "sda"};
const PathId kOther{"7:0:1:0", {8, 16}, "sdb"};

Deadline::Clock::time_point At(milliseconds time) { return Deadline::Clock::time_point(time); }

observe::TraceEvent Completion(Moment at, std::vector<std::uint8_t> cdb, HostByte host_byte) {
  observe::ScsiDone done;
  done.path = {6, 0, 1, 0};
  done.cdb = std::move(cdb);
  done.host_byte = host_byte;
  return {at.count(), "worker", 7, done};
}

/// Two tries to write block 7 while the transport of 6:0:1:0 is broken.
ErrorTrace BrokenTransport() {
  ErrorTrace path;
  for (const milliseconds begun : {milliseconds(1000), milliseconds(1020)}) {
    GuestCommand command;
    command.opcode = 0x2a;
    command.sector = 56;
    command.begun = begun;
    command.ended = begun + milliseconds(1);
    command.response = VirtioScsiResponse::kTransportFailure;
    layers::SgIo sg_io;
    sg_io.issued = begun;
    sg_io.returned = command.ended;
    sg_io.result = observe::SgIoReturn{{0x2a}, HostByte::kTransportDisrupted, 0, ScsiStatus::kGood};
    sg_io.below = {Completion(begun, {0x2a}, HostByte::kTransportDisrupted),
                   {0, "worker", 7, observe::BlockError{{8, 0}, EIO}}};
    command.sg_ios.push_back(sg_io);
    path.commands.push_back(command);
  }
  path.elsewhere = {Completion(milliseconds(3000), std::vector<std::uint8_t>(6, 0),
                               HostByte::kTransportDisrupted)};
  path.application.options.block_bytes = 4096;
  path.application.results = {
      {8, 7, guest::IoKind::kWrite, EIO, {}, At(milliseconds(999)), At(milliseconds(1040))}};
  layers::GuestKernelError error;
  error.at = milliseconds(1030);
  error.host_byte = HostByte::kTransportDisrupted;
  path.kernel_errors = {error};
  path.log = {{"kernel", 4000000, "device-mapper: multipath: 253:0: Failing path 8:0."}};
  guest::DomainEvent event;
  event.kind = guest::DomainEvent::Kind::kIoError;
  event.disk = "scsi0-0-0-0";
  event.action = VIR_DOMAIN_EVENT_IO_ERROR_REPORT;
  path.domain_events = {event};
  return path;
}

/// The same, but QEMU's ioctl itself fails.
ErrorTrace OfflinePath() {
  ErrorTrace path = BrokenTransport();
  for (GuestCommand& command : path.commands) {
    command.sg_ios.back().error_number = ENODEV;
    command.sg_ios.back().result.reset();
    command.sg_ios.back().below.clear();
    command.built_sense = observe::BuiltSense{1, 0xb, 0, 6};
    command.response = VirtioScsiResponse::kOk;
    command.status = ScsiStatus::kCheckCondition;
  }
  path.kernel_errors.front().host_byte = HostByte::kOk;
  path.kernel_errors.front().sense_key = "Aborted Command";
  return path;
}

TEST(ErrorTravels, ComparesEveryLayer) {
  EXPECT_THAT(BrokenTransport(), ErrorTravels()
                                     .PathReturns(kActive, HostByte::kTransportDisrupted)
                                     .SgIoReturns(HostByte::kTransportDisrupted)
                                     .QemuBuildsNoSense()
                                     .QemuReportsToTheGuest()
                                     .VirtioScsiResponds(VirtioScsiResponse::kTransportFailure)
                                     .GuestTries(2)
                                     .GuestKernelSees(HostByte::kTransportDisrupted)
                                     .ApplicationGets(EIO)
                                     .CheckerGets(kActive, HostByte::kTransportDisrupted)
                                     .LogContains(KernelFails(kActive))
                                     .Until(KernelFails(kActive)));
  EXPECT_THAT(OfflinePath(),
              ErrorTravels()
                  .NoPathReturnsAnError()
                  .SgIoFails(ENODEV)
                  .QemuBuildsSense(SenseKey::kAbortedCommand, 0x00, 0x06)
                  .VirtioScsiResponds(VirtioScsiResponse::kOk, ScsiStatus::kCheckCondition)
                  .GuestKernelSees(HostByte::kOk, "Aborted Command"));
}

TEST(ErrorTravels, NamesTheLayerThatDiffers) {
  const ErrorTrace offline = OfflinePath();
  const ErrorTrace broken = BrokenTransport();
  const std::string command =
      "command 0x2a at sector 56: SG_IO failed: No such device; sense 0x0b/0x00/0x06; OK, CHECK "
      "CONDITION";
  EXPECT_EQ(WhyNot(ErrorTravels().SgIoFails(EIO), offline),
            "at SG_IO, 2 times, first of " + command);
  EXPECT_THAT(WhyNot(ErrorTravels().SgIoFails(EIO), broken),
              HasSubstr("DID_TRANSPORT_DISRUPTED, GOOD"));
  EXPECT_EQ(WhyNot(ErrorTravels().SgIoReturns(HostByte::kOk), offline),
            "at SG_IO, 2 times, first of " + command);
  EXPECT_THAT(WhyNot(ErrorTravels().SgIoReturns(HostByte::kNoConnect), broken),
              HasSubstr("DID_TRANSPORT_DISRUPTED, GOOD"));
  EXPECT_EQ(WhyNot(ErrorTravels().PathReturns(kActive, HostByte::kNoConnect), offline),
            "at the paths, 2 times, first of " + command + ": no path reported anything");
  EXPECT_THAT(WhyNot(ErrorTravels().PathReturns(kOther, HostByte::kTransportDisrupted), broken),
              HasSubstr("6:0:1:0 command 0x2a: DID_TRANSPORT_DISRUPTED, GOOD; "));
  EXPECT_THAT(WhyNot(ErrorTravels().NoPathReturnsAnError(), broken),
              HasSubstr("at the paths, 2 times"));
  EXPECT_THAT(WhyNot(ErrorTravels().QemuBuildsSense(SenseKey::kNotReady, 4, 1), offline),
              HasSubstr("at QEMU, 2 times"));
  EXPECT_THAT(WhyNot(ErrorTravels().QemuBuildsSense(SenseKey::kNotReady, 4, 1), broken),
              HasSubstr("built none"));
  EXPECT_THAT(WhyNot(ErrorTravels().QemuBuildsNoSense(), offline),
              HasSubstr("built 0x0b/0x00/0x06"));
  EXPECT_THAT(WhyNot(ErrorTravels().VirtioScsiResponds(VirtioScsiResponse::kFailure), broken),
              HasSubstr("TRANSPORT_FAILURE, GOOD: TRANSPORT_FAILURE, GOOD"));
  EXPECT_THAT(WhyNot(ErrorTravels().GuestTries(6), broken),
              HasSubstr("2 tries, of which 2 failed"));
  EXPECT_EQ(WhyNot(ErrorTravels().GuestKernelSees(HostByte::kOk), offline),
            "at the guest's kernel: DID_OK, Aborted Command");
  EXPECT_EQ(WhyNot(ErrorTravels().GuestKernelHidesIt(), offline),
            "at the guest's kernel: DID_OK, Aborted Command");
  EXPECT_THAT(WhyNot(ErrorTravels().ApplicationGets(ENOSPC), offline),
              HasSubstr("at the application: #8 block 7: Input/output error"));
  EXPECT_THAT(WhyNot(ErrorTravels().CheckerGets(kActive, HostByte::kNoConnect), broken),
              HasSubstr("at the checker: [    3.000000] worker: 6:0:1:0 command 0x00: DID_TR"));
  EXPECT_EQ(WhyNot(ErrorTravels().LogContains(KernelFails(kOther)), broken),
            "in the log: none of 1 lines is the kernel failing path 8:16");
}

TEST(ErrorTravels, NamesEveryLayerThatDiffers) {
  const std::string why =
      WhyNot(ErrorTravels().SgIoFails(EIO).ApplicationGets(ENOSPC), OfflinePath());
  EXPECT_THAT(why, HasSubstr("at SG_IO"));
  EXPECT_THAT(why, HasSubstr("\n  at the application"));
}

TEST(ErrorTravels, DescribesEveryLayer) {
  const ::testing::Matcher<const ErrorTrace&> matcher =
      ErrorTravels().SgIoFails(EIO).GuestTries(6).ApplicationGets(EIO);
  std::ostringstream description;
  matcher.DescribeTo(&description);
  EXPECT_EQ(description.str(),
            "an error travels: SG_IO fails with errno 5 (Input/output error); the guest tries 6 "
            "times; the application gets errno 5 (Input/output error)");
}

TEST(ErrorTravels, AllowsSeveralEndsOfSgIo) {
  ErrorTrace path = BrokenTransport();
  path.commands.back() = OfflinePath().commands.back();
  EXPECT_THAT(path, ErrorTravels().SgIoEndsAsOneOf(
                        {SgIoErrno(ENODEV), SgIoHostByte(HostByte::kTransportDisrupted)}));
  EXPECT_THAT(path, Not(ErrorTravels().SgIoFails(ENODEV)));
  const ::testing::Matcher<const ErrorTrace&> matcher =
      ErrorTravels().SgIoEndsAsOneOf({SgIoErrno(ENODEV), SgIoHostByte(HostByte::kError)});
  EXPECT_THAT(WhyNot(matcher, path), HasSubstr("at SG_IO, 1 times, first of command 0x2a"));
  std::ostringstream description;
  matcher.DescribeTo(&description);
  EXPECT_EQ(description.str(),
            "an error travels: SG_IO fails with errno 19 (No such device) or returns DID_ERROR");
}

TEST(ErrorTravels, NeedsAnError) {
  ErrorTrace path = BrokenTransport();
  for (GuestCommand& command : path.commands) command.response = VirtioScsiResponse::kOk;
  EXPECT_EQ(WhyNot(ErrorTravels(), path), "in which no command of the guest failed");
}

TEST(ErrorTravels, RejectsALaterFailure) {
  ErrorTrace path = OfflinePath();
  EXPECT_THAT(path, ErrorTravels().Until(KernelFails(kActive)));
  path.commands.back().begun = milliseconds(4200);
  EXPECT_THAT(
      WhyNot(ErrorTravels().Until(KernelFails(kActive)), path),
      HasSubstr("after the kernel failing path 8:0 at 4 s, failed command that began at 4.2 s: "
                "command 0x2a"));
  EXPECT_THAT(WhyNot(ErrorTravels().Until(KernelFails(kOther)), path), HasSubstr("not logged"));
}

TEST(ErrorTravels, RejectsAPause) {
  ErrorTrace path = OfflinePath();
  EXPECT_THAT(path, ErrorTravels().QemuReportsToTheGuest());
  path.domain_events.front().action = VIR_DOMAIN_EVENT_IO_ERROR_PAUSE;
  EXPECT_EQ(WhyNot(ErrorTravels().QemuReportsToTheGuest(), path),
            "at QEMU: I/O error on scsi0-0-0-0: the guest is paused");
  path.domain_events.clear();
  EXPECT_EQ(WhyNot(ErrorTravels().QemuReportsToTheGuest(), path),
            "at QEMU: libvirt reported no I/O error");
}

TEST(ErrorTravels, DoesNotMatchAHostByteThatTheKernelCannotTrace) {
  ErrorTrace path = BrokenTransport();
  for (GuestCommand& command : path.commands) command.sg_ios.back().result.reset();
  EXPECT_THAT(path, Not(ErrorTravels().SgIoReturns(HostByte::kTransportDisrupted)));
  path.why_no_sg_io = "no probes";
  EXPECT_EQ(WhyNot(ErrorTravels().SgIoReturns(HostByte::kTransportDisrupted), path),
            "at SG_IO: results cannot be traced: no probes");
  for (GuestCommand& command : path.commands) command.sg_ios.back().error_number = EIO;
  EXPECT_THAT(path, ErrorTravels().SgIoFails(EIO)) << "QEMU's trace has the errno";
}

TEST(ErrorTravels, AllowsASuccessfulRetryOfTheGuestsKernel) {
  ErrorTrace path = OfflinePath();
  path.kernel_errors.clear();
  EXPECT_THAT(WhyNot(ErrorTravels().GuestKernelHidesIt(), path),
              HasSubstr("at the application: #8 block 7"));
  path.application.results.front().error_number = 0;
  EXPECT_THAT(path, ErrorTravels().SgIoFails(ENODEV).GuestKernelHidesIt());
  EXPECT_EQ(WhyNot(ErrorTravels().ApplicationGets(EIO), path), "at the application: no I/O failed");
  EXPECT_EQ(WhyNot(ErrorTravels().GuestKernelSees(HostByte::kOk), path),
            "at the guest's kernel: no error logged");
}

TEST(NoErrorTravels, ChecksEveryLayer) {
  EXPECT_THAT(ErrorTrace(), NoErrorTravels());
  EXPECT_THAT(WhyNot(NoErrorTravels(), OfflinePath()),
              HasSubstr("in which this failed: command 0x2a at sector 56"));
  ErrorTrace path;
  path.kernel_errors.emplace_back();
  EXPECT_THAT(WhyNot(NoErrorTravels(), path), HasSubstr("at the guest's kernel: "));
}

}  // namespace
}  // namespace dualpath
