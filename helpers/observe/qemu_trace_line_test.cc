#include "helpers/observe/qemu_trace_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

namespace dualpath::observe {
namespace {

using ::testing::HasSubstr;

template <typename T>
T EventIn(const std::string& line) {
  const auto parsed = ParseQemuTraceLine(line);
  EXPECT_TRUE(parsed.ok()) << parsed.error().ToString();
  if (!parsed.ok() || !*parsed) return T();
  const T* event = std::get_if<T>(&(*parsed)->event);
  EXPECT_NE(event, nullptr) << line;
  return event == nullptr ? T() : *event;
}

// From QEMU 10.0.
TEST(QemuTraceLine, IsParsedForEachStepOfACommand) {
  const auto request = EventIn<VirtioScsiRequest>(
      "504@1795360667.883672:virtio_scsi_cmd_req virtio_scsi_cmd_req lun=0 tag=0x5eed438 cmd=0x2a");
  EXPECT_EQ(request.tag, 0x5eed438U);
  EXPECT_EQ(request.opcode, 0x2a);
  const auto sg_io = EventIn<SgIoSubmission>(
      "504@1795360667.883937:scsi_disk_aio_sgio_command disk aio sgio: tag=0x5eed438 cmd=0x2a "
      "(sector 24, count 8) timeout=30000");
  EXPECT_EQ(sg_io.tag, 0x5eed438U);
  EXPECT_EQ(sg_io.opcode, 0x2a);
  EXPECT_EQ(sg_io.sector, 24U);
  const auto submitted = EventIn<PoolSubmission>(
      "504@1795360667.883951:thread_pool_submit_aio pool 0x5614c469d530 req 0x5614c58a0a00 opaque "
      "0x7fb6bea58ef0");
  EXPECT_EQ(submitted.request, 0x5614c58a0a00U);
  const auto completed = EventIn<PoolCompletion>(
      "504@1795360667.884264:thread_pool_complete_aio pool 0x5614c469d530 req 0x5614c58a0a00 "
      "opaque 0x7fb6bea58ea0 ret -19");
  EXPECT_EQ(completed.request, submitted.request);
  EXPECT_EQ(completed.error_number, ENODEV);
  const auto completion = EventIn<VirtioScsiCompletion>(
      "504@1795360667.884294:virtio_scsi_cmd_resp virtio_scsi_cmd_resp lun=0 tag=0x5eed438 "
      "response=7 status=0x0");
  EXPECT_EQ(completion.tag, 0x5eed438U);
  EXPECT_EQ(completion.response, VirtioScsiResponse::kTargetFailure);
  EXPECT_EQ(completion.status, scsi::ScsiStatus::kGood);
}

TEST(QemuTraceLine, HasTheRealtimeClock) {
  const auto parsed = ParseQemuTraceLine(
      "504@1795360667.000072:virtio_scsi_cmd_req virtio_scsi_cmd_req lun=0 tag=0x1 cmd=0x0");
  ASSERT_TRUE(parsed.ok() && *parsed);
  EXPECT_EQ((*parsed)->realtime_us, 1795360667000072);
}

TEST(QemuTraceLine, HasTheRealtimeClockAsADateInQemu11) {
  const auto parsed = ParseQemuTraceLine(
      "2026-11-22T19:39:10.301048Z virtio_scsi_cmd_req virtio_scsi_cmd_req lun=0 tag=0x5a9d440 "
      "cmd=0x2a");
  ASSERT_TRUE(parsed.ok() && *parsed);
  EXPECT_EQ((*parsed)->realtime_us, 1795376350301048);
  EXPECT_EQ(std::get<VirtioScsiRequest>((*parsed)->event).tag, 0x5a9d440U);
}

TEST(QemuTraceLine, IsParsedForOtherCommandsAndOlderNames) {
  const auto sg_io = EventIn<SgIoSubmission>(
      "504@1.000000:scsi_generic_aio_sgio_command generic aio sgio: tag=0x12 cmd=0x12 "
      "timeout=4294967295");
  EXPECT_EQ(sg_io.opcode, 0x12);
  EXPECT_EQ(sg_io.sector, std::nullopt);
  const auto completed = EventIn<PoolCompletion>(
      "504@1.000000:thread_pool_complete pool 0x5 req 0x6 opaque 0x7 ret 0");
  EXPECT_EQ(completed.error_number, 0);
  EXPECT_EQ(EventIn<PoolSubmission>("504@1.000000:thread_pool_submit pool 0x5 req 0x6 opaque 0x7")
                .request,
            completed.request);
  const auto sense = EventIn<BuiltSense>(
      "504@1.000000:scsi_req_build_sense target 0 lun 0 tag -1 key 0x05 asc 0x24 ascq 0x00");
  EXPECT_EQ(sense.tag, 0xffffffffU) << "only this event prints it signed";
  EXPECT_EQ(sense.key, 5U);
  EXPECT_EQ(sense.asc, 0x24U);
}

TEST(QemuTraceLine, IgnoresOtherLines) {
  for (const char* line :
       {"", "-msg timestamp=on", "2026-11-22 15:17:44.081+0000: Domain id=1 is tainted",
        "504@1.000000:scsi_req_parsed target 0 lun 0 tag 1 command 42 dir 2 length 4096",
        "504@1.000000:handle_qmp_command mon 0x1 req: {}"}) {
    const auto parsed = ParseQemuTraceLine(line);
    ASSERT_TRUE(parsed.ok()) << line;
    EXPECT_FALSE(*parsed) << line;
  }
}

TEST(QemuTraceLine, IgnoresALineOfAnyLength) {
  const auto parsed = ParseQemuTraceLine("504@1.000000:handle_qmp_command " +
                                         std::string(std::size_t{1} << 20, 'x'));
  ASSERT_TRUE(parsed.ok());
  EXPECT_FALSE(*parsed);
}

TEST(QemuTraceLine, FailsOnUnknownArguments) {
  const auto parsed = ParseQemuTraceLine("504@1.000000:virtio_scsi_cmd_req lun 0 tag 1");
  ASSERT_FALSE(parsed.ok());
  EXPECT_THAT(parsed.error().ToString(), HasSubstr("unknown format of the arguments"));
}

TEST(VirtioScsiResponse, PrintsTheStandardsNames) {
  EXPECT_EQ(ToString(VirtioScsiResponse::kOk), "OK");
  EXPECT_EQ(ToString(VirtioScsiResponse::kFailure), "FAILURE");
  EXPECT_EQ(ToString(VirtioScsiResponse::kIncorrectLun), "INCORRECT_LUN");
  EXPECT_EQ(ToString(static_cast<VirtioScsiResponse>(13)), "response 13");
}

}  // namespace
}  // namespace dualpath::observe
