#include "helpers/layers/error_trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

namespace dualpath::layers {
namespace {

using scsi::ScsiStatus;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Deadline::Clock::time_point At(std::chrono::milliseconds time) {
  return Deadline::Clock::time_point(time);
}

GuestCommand Write(std::uint64_t sector, std::chrono::milliseconds begun, int error_number) {
  GuestCommand command;
  command.opcode = 0x2a;
  command.sector = sector;
  command.begun = begun;
  command.ended = command.begun + Moment(1000);
  command.sg_ios.push_back({command.begun, command.ended, error_number});
  if (error_number != 0) {
    command.status = ScsiStatus::kCheckCondition;
    command.built_sense = observe::BuiltSense{1, 0xb, 0, 6};
  }
  return command;
}

using std::chrono::milliseconds;

/// The write of block 7 (of 4 KiB) fails in two commands, and succeeds when issued again; that of
/// block 8 succeeds.
ErrorTrace OneFailure() {
  ErrorTrace trace;
  trace.commands = {Write(56, milliseconds(1000), ENODEV), Write(56, milliseconds(1020), ENODEV),
                    Write(64, milliseconds(1200), 0), Write(56, milliseconds(5000), 0)};
  trace.application.options.block_bytes = 4096;
  trace.application.results = {
      {8, 7, guest::IoKind::kWrite, EIO, {}, At(milliseconds(999)), At(milliseconds(1040))},
      {9, 8, guest::IoKind::kWrite, 0, {}, At(milliseconds(1199)), At(milliseconds(1210))},
      {10, 7, guest::IoKind::kWrite, 0, {}, At(milliseconds(4999)), At(milliseconds(5010))},
  };
  GuestKernelError error;
  error.at = milliseconds(1030);
  error.host_byte = scsi::HostByte::kOk;
  error.sense_key = "Aborted Command";
  error.sector = 56;
  trace.kernel_errors = {error};
  trace.log = {{"kernel", 4000000, "device-mapper: multipath: 253:0: Failing path 8:0."}};
  guest::DomainEvent event;
  event.kind = guest::DomainEvent::Kind::kIoError;
  event.disk = "scsi0-0-0-0";
  event.action = VIR_DOMAIN_EVENT_IO_ERROR_REPORT;
  event.at = At(milliseconds(1001));
  trace.domain_events = {event};
  return trace;
}

TEST(ErrorTrace, ReturnsFailedCommandsAndIo) {
  const ErrorTrace trace = OneFailure();
  EXPECT_THAT(trace.FailedCommands(), SizeIs(2));
  EXPECT_THAT(trace.FailedIo(), SizeIs(1));
}

TEST(ErrorTrace, ReturnsTheCommandsOfAnIo) {
  const ErrorTrace trace = OneFailure();
  EXPECT_THAT(trace.TriesOf(trace.application.results[0]), SizeIs(2));
  EXPECT_THAT(trace.TriesOf(trace.application.results[1]), SizeIs(1));
  EXPECT_THAT(trace.TriesOf(trace.application.results[2]), SizeIs(1));
}

TEST(ErrorTrace, CanBeRestrictedToAnInterval) {
  const ErrorTrace before = OneFailure().Between(Moment(0), milliseconds(1025));
  EXPECT_THAT(before.commands, SizeIs(2));
  EXPECT_THAT(before.application.results, IsEmpty()) << "the only one had not ended";
  EXPECT_THAT(before.kernel_errors, IsEmpty());
  EXPECT_THAT(before.log, IsEmpty());
  EXPECT_THAT(before.domain_events, SizeIs(1));
  const ErrorTrace after = OneFailure().Between(milliseconds(1025), milliseconds(9000));
  EXPECT_THAT(after.commands, SizeIs(2));
  EXPECT_THAT(after.application.results, SizeIs(2));
  EXPECT_THAT(after.kernel_errors, SizeIs(1));
  EXPECT_THAT(after.log, SizeIs(1));
}

TEST(ErrorTrace, CanBeRestrictedToEndedCommands) {
  ErrorTrace trace = OneFailure();
  EXPECT_THAT(trace.EndedBefore(*trace.commands[1].ended).commands, SizeIs(1));
  trace.commands[0].ended.reset();
  EXPECT_THAT(trace.EndedBefore(milliseconds(9000)).commands, SizeIs(3));
}

TEST(ErrorTrace, IsPrintedLayerByLayer) {
  ErrorTrace trace = OneFailure();
  trace.why_no_sg_io = "no probes";
  EXPECT_EQ(::testing::PrintToString(trace),
            "2 of 4 commands of the guest failed, 1 of 3 I/Os of the application:\n"
            "  log                1x       4.000  kernel: device-mapper: multipath: 253:0: Failing "
            "path 8:0.\n"
            "  others: nothing\n"
            "  paths: nothing\n"
            "  SG_IO              2x       1.000 .. 1.020  failed: No such device\n"
            "  QEMU               2x       1.000 .. 1.020  sense key 0x0b, asc 0x00, ascq 0x06\n"
            "                     1x       1.001  I/O error on scsi0-0-0-0: reported to the guest\n"
            "  virtio-scsi        2x       1.001 .. 1.021  OK, CHECK CONDITION\n"
            "  guest kernel       1x       1.030  DID_OK, Aborted Command\n"
            "  application        1x       0.999  Input/output error\n"
            "  the results of SG_IO cannot be traced: no probes");
}

}  // namespace
}  // namespace dualpath::layers
