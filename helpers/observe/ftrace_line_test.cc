#include "helpers/observe/ftrace_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dualpath::observe {
namespace {

using scsi::HostByte;
using scsi::ScsiStatus;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// Debian 13's 6.12.
const char kDone[] =
    "     kworker/0:0-9       [000] .....   100.241689: scsi_dispatch_cmd_done: host_no=6 "
    "channel=0 "
    "id=1 lun=0 data_sgl=1 prot_sgl=0 prot_op=SCSI_PROT_NORMAL driver_tag=1022 scheduler_tag=158 "
    "cmnd=(WRITE_10 lba=24 txlen=8 protect=0 raw=2a 00 00 00 00 18 00 00 08 00) "
    "result=(driver=DRIVER_OK host=DID_TRANSPORT_DISRUPTED message=COMMAND_COMPLETE "
    "status=SAM_STAT_GOOD) sense=(key=0x0 asc=0x0 ascq=0x0)";

template <typename T>
T EventIn(const std::string& line) {
  const auto parsed = ParseTraceLine(line);
  EXPECT_TRUE(parsed.ok()) << parsed.error().ToString();
  const T* event = parsed.ok() ? std::get_if<T>(&parsed->event) : nullptr;
  EXPECT_NE(event, nullptr) << line;
  return event == nullptr ? T() : *event;
}

TEST(FtraceLine, HasTaskAndTime) {
  const auto event = ParseTraceLine(kDone);
  ASSERT_TRUE(event.ok()) << event.error().ToString();
  EXPECT_EQ(event->task, "kworker/0:0");
  EXPECT_EQ(event->thread_id, 9);
  EXPECT_EQ(event->monotonic_us, 100241689);
  EXPECT_EQ(event->ToString(),
            "[  100.241689] kworker/0:0: 6:0:1:0 command 0x2a: DID_TRANSPORT_DISRUPTED, GOOD");
  EXPECT_EQ(event->WithoutTime(),
            "kworker/0:0: 6:0:1:0 command 0x2a: DID_TRANSPORT_DISRUPTED, GOOD");
}

TEST(FtraceLine, HasTheResultOfACommandOnAPath) {
  const auto done = EventIn<ScsiDone>(kDone);
  EXPECT_EQ(done.path.ToString(), "6:0:1:0");
  EXPECT_THAT(done.cdb, ElementsAre(0x2a, 0, 0, 0, 0, 0x18, 0, 0, 8, 0));
  EXPECT_EQ(done.host_byte, HostByte::kTransportDisrupted);
  EXPECT_EQ(done.status, ScsiStatus::kGood);
  EXPECT_EQ(done.sense, scsi::Sense());
  EXPECT_FALSE(done.timed_out);
}

TEST(FtraceLine, HasSenseData) {
  const auto done = EventIn<ScsiDone>(
      "          worker-528     [000] ...1.    99.684921: scsi_dispatch_cmd_done: host_no=7 "
      "channel=0 id=1 lun=2 data_sgl=0 prot_sgl=0 prot_op=SCSI_PROT_NORMAL driver_tag=1 "
      "scheduler_tag=2 cmnd=(TEST_UNIT_READY - raw=00 00 00 00 00 00) result=(driver=DRIVER_OK "
      "host=DID_OK message=COMMAND_COMPLETE status=SAM_STAT_CHECK_CONDITION) sense=(key=0x6 "
      "asc=0x29 ascq=0x7)");
  EXPECT_EQ(done.path, (scsi::Hctl{7, 0, 1, 2}));
  EXPECT_EQ(done.status, ScsiStatus::kCheckCondition);
  EXPECT_EQ(done.sense.ToString(), "UNIT ATTENTION, asc 0x29, ascq 0x07");
}

// UEK6: 5.4 has neither tags nor sense, and prints a host byte that it does not name as a number.
TEST(FtraceLine, IsParsedFromAnOlderKernel) {
  const auto done = EventIn<ScsiDone>(
      "    CPU 0/TCG-1234  [001] ..s1    42.000007: scsi_dispatch_cmd_timeout: host_no=3 channel=0 "
      "id=1 lun=0 data_sgl=1 prot_sgl=0 prot_op=SCSI_PROT_NORMAL cmnd=(READ_10 lba=0 txlen=8 "
      "protect=0 raw=28 00 00 00 00 00 00 00 08 00) result=(driver=DRIVER_OK host=0x10 "
      "message=COMMAND_COMPLETE status=SAM_STAT_GOOD)");
  EXPECT_EQ(done.host_byte, HostByte::kTargetFailure);
  EXPECT_TRUE(done.timed_out);
}

TEST(FtraceLine, MayBeACommandThatTheDriverDidNotAccept) {
  const auto refused = EventIn<ScsiRefused>(
      "          worker-528     [000] .....    99.684921: scsi_dispatch_cmd_error: host_no=6 "
      "channel=0 id=1 lun=0 data_sgl=1 prot_sgl=0 prot_op=SCSI_PROT_NORMAL driver_tag=1 "
      "scheduler_tag=2 cmnd=(WRITE_10 lba=24 txlen=8 protect=0 raw=2a 00 00 00 00 18 00 00 08 00) "
      "rtn=4181");
  EXPECT_EQ(refused.path.ToString(), "6:0:1:0");
  EXPECT_EQ(refused.reason, 4181);
}

TEST(FtraceLine, MayBeAFailedRequest) {
  const auto error = EventIn<BlockError>(
      "          worker-530     [000] .....   362.346049: block_rq_complete: 8,16 N () "
      "18446744073709551615 + 8 none,0,0 [-5]");
  EXPECT_EQ(error.device.ToString(), "8:16");
  EXPECT_EQ(error.error_number, 5);
}

TEST(FtraceLine, MayBeAFailedRequestWithAScsiResult) {
  const auto error = EventIn<BlockError>(
      "          worker-530     [000] .....   362.346049: block_rq_complete: 8,16 N () "
      "18446744073709551615 + 8 [917504]");
  EXPECT_EQ(error.error_number, EIO) << "Linux 3.10";
}

TEST(FtraceLine, MayBeTheResultOfSgIo) {
  const auto sg_io = EventIn<SgIoReturn>(
      "          worker-528     [000] .....   101.500000: dualpath_sg_io: "
      "(put_sg_io_hdr+0x4/0x100 [scsi_mod]) status=2 host=14 driver=8 "
      "cdb=0x38000000002a cdb8=0x8");
  EXPECT_THAT(sg_io.cdb, ElementsAre(0x2a, 0, 0, 0, 0, 0x38, 0, 0, 8, 0));
  EXPECT_EQ(sg_io.status, ScsiStatus::kCheckCondition);
  EXPECT_EQ(sg_io.host_byte, HostByte::kTransportDisrupted);
  EXPECT_EQ(sg_io.driver_byte, 8);
}

TEST(FtraceLine, MayLackACdbThatWasNotReadable) {
  const auto sg_io = EventIn<SgIoReturn>(
      "          worker-528     [000] .....   101.500000: dualpath_sg_io: "
      "(put_sg_io_hdr+0x0/0x160 [scsi_mod]) status=0 host=1 driver=0 cdb=(fault) cdb8=(fault)");
  EXPECT_THAT(sg_io.cdb, IsEmpty());
  EXPECT_EQ(sg_io.host_byte, HostByte::kNoConnect);
}

TEST(FtraceLine, NamesTheReasonInAnError) {
  EXPECT_THAT(ParseTraceLine("no event").error().ToString(),
              HasSubstr("\"no event\": no task, time and event"));
  EXPECT_THAT(ParseTraceLine(" a-1 [000] .... 1.000000: sched_switch: prev=1").error().ToString(),
              HasSubstr("unknown event, or unknown format, of sched_switch"));
  std::string other_format = kDone;
  other_format.replace(other_format.find("host=DID_TRANSPORT_DISRUPTED"), 5, "hostbyte=");
  EXPECT_THAT(ParseTraceLine(other_format).error().ToString(),
              HasSubstr("unknown event, or unknown format, of scsi_dispatch_cmd_done"));
  std::string half_a_byte = kDone;
  half_a_byte.replace(half_a_byte.find("raw=2a"), 6, "raw=2");
  EXPECT_FALSE(ParseTraceLine(half_a_byte).ok());
}

TEST(Trace, KeepsUnknownLinesAndCountsLostEvents) {
  const Trace trace = ParseTrace(std::string("# tracer: nop\n#\n"
                                             "# entries-in-buffer/entries-written: 196/200   #P:1\n"
                                             "#           TASK-PID     CPU#\n\n") +
                                 kDone +
                                 "\nCPU:0 [LOST 12 EVENTS]\n          virsh-605     [000] "
                                 "...1.    98.806233: sys_ioctl -> 0xffffffffffffffe7\n");
  EXPECT_THAT(trace.events, SizeIs(1));
  EXPECT_EQ(trace.lost, 16U);
  EXPECT_THAT(trace.not_understood, ElementsAre(HasSubstr("sys_ioctl")));
}

TEST(Trace, MayBeEmpty) {
  const Trace trace =
      ParseTrace("# tracer: nop\n#\n# entries-in-buffer/entries-written: 0/0   #P:1\n");
  EXPECT_THAT(trace.events, IsEmpty());
  EXPECT_THAT(trace.not_understood, IsEmpty());
  EXPECT_EQ(trace.lost, 0U);
}

}  // namespace
}  // namespace dualpath::observe
