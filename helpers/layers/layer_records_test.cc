#include "helpers/layers/layer_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

namespace dualpath::layers {
namespace {

using timeline::Lane;
using timeline::Severity;

TEST(LayerRecords, AreCommandsTraceEventsAndKernelErrors) {
  GuestCommand failed;
  failed.opcode = 0x2a;
  failed.sector = 56;
  failed.begun = Moment(1000000);
  failed.ended = Moment(1001500);
  failed.status = scsi::ScsiStatus::kCheckCondition;
  SgIo sg_io;
  sg_io.issued = failed.begun;
  sg_io.returned = failed.ended;
  observe::ScsiDone done;
  done.path = {3, 0, 1, 0};
  done.cdb = {0x2a, 0, 0, 0, 0, 56, 0, 0, 8, 0};
  done.host_byte = scsi::HostByte::kTransportDisrupted;
  sg_io.below.push_back({1001000, "worker", 528, done});
  failed.sg_ios.push_back(sg_io);
  GuestCommand hanging;
  hanging.opcode = 0x2a;
  hanging.begun = Moment(2000000);
  ErrorTrace trace;
  trace.commands = {failed, hanging};
  trace.elsewhere.push_back({3000000, "multipathd", 77, observe::BlockError{{8, 16}, EIO}});
  GuestKernelError error;
  error.at = Moment(1002000);
  error.sense_key = "Aborted Command";
  error.sector = 56;
  trace.kernel_errors = {error};

  const auto records = FromErrorTrace(trace);
  ASSERT_EQ(records.size(), 5U);
  EXPECT_EQ(records[0].time_us, 1000000);
  EXPECT_EQ(records[0].lane, Lane::kQemu);
  EXPECT_EQ(records[0].kind, "command");
  EXPECT_EQ(records[0].duration_us, 1500);
  EXPECT_EQ(records[0].severity, Severity::kError);
  EXPECT_EQ(records[0].text, failed.ToString());
  EXPECT_EQ(records[1].ToJsonLine(),
            R"json({"time_us":1001000,"lane":"kernel","kind":"trace","severity":"error",)json"
            R"json("text":"worker: 3:0:1:0 command 0x2a: DID_TRANSPORT_DISRUPTED, GOOD",)json"
            R"json("path":"3:0:1:0"})json");
  EXPECT_EQ(records[2].duration_us, std::nullopt);
  EXPECT_EQ(records[2].severity, Severity::kInfo);
  EXPECT_EQ(records[3].text, "multipathd: 8:16: a request ended with errno 5");
  EXPECT_EQ(records[4].lane, Lane::kGuest);
  EXPECT_EQ(records[4].text, "the guest's kernel: " + error.ToString());
}

TEST(LayerRecords, AreEmptyForAnEmptyTrace) { EXPECT_TRUE(FromErrorTrace({}).empty()); }

}  // namespace
}  // namespace dualpath::layers
