#include "helpers/layers/guest_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

namespace dualpath::layers {
namespace {

using observe::QemuTraceEvent;
using observe::TraceEvent;
using observe::VirtioScsiResponse;
using scsi::HostByte;
using scsi::ScsiStatus;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::int64_t kOffset = 1'000'000'000;  // CLOCK_REALTIME minus CLOCK_MONOTONIC

/// Returns QEMU's trace of one WRITE(10) that starts at `begin`, with 100 us between events.
std::vector<QemuTraceEvent> Write(std::int64_t begin, std::uint64_t tag, std::uint64_t sector,
                                  int error_number, VirtioScsiResponse response,
                                  ScsiStatus status) {
  const std::int64_t at = kOffset + begin;
  return {{at, observe::VirtioScsiRequest{tag, 0x2a}},
          {at + 100, observe::SgIoSubmission{tag, 0x2a, sector}},
          {at + 200, observe::PoolSubmission{0xa00 + tag}},
          {at + 300, observe::PoolCompletion{0xa00 + tag, error_number}},
          {at + 400, observe::VirtioScsiCompletion{tag, response, status}}};
}

std::vector<std::uint8_t> Write10(std::uint8_t lba) { return {0x2a, 0, 0, 0, 0, lba, 0, 0, 8, 0}; }

TraceEvent SgIoReturned(std::int64_t at, std::uint8_t lba) {
  return {at, "worker", 7,
          observe::SgIoReturn{Write10(lba), HostByte::kTransportDisrupted, 0, ScsiStatus::kGood}};
}

TraceEvent PathDone(std::int64_t at, std::vector<std::uint8_t> cdb) {
  observe::ScsiDone done;
  done.path = {6, 0, 1, 0};
  done.cdb = std::move(cdb);
  done.host_byte = HostByte::kTransportDisrupted;
  return {at, "worker", 7, done};
}

TEST(GuestCommands, AreFollowedFromRequestToResponse) {
  const auto followed = FollowCommands(
      Write(5000, 1, 56, ENODEV, VirtioScsiResponse::kOk, ScsiStatus::kCheckCondition), kOffset,
      {});
  ASSERT_THAT(followed.commands, SizeIs(1));
  const GuestCommand& command = followed.commands.front();
  EXPECT_EQ(command.opcode, 0x2a);
  EXPECT_EQ(command.sector, 56U);
  EXPECT_EQ(command.begun, Moment(5000));
  EXPECT_EQ(command.ended, Moment(5400));
  ASSERT_THAT(command.sg_ios, SizeIs(1));
  EXPECT_EQ(command.sg_ios.front().issued, Moment(5100));
  EXPECT_EQ(command.sg_ios.front().returned, Moment(5300));
  EXPECT_EQ(command.sg_ios.front().error_number, ENODEV);
  EXPECT_TRUE(command.Failed());
  EXPECT_EQ(command.ToString(),
            "command 0x2a at sector 56: SG_IO failed: No such device; OK, CHECK CONDITION");
}

TEST(GuestCommands, HaveTheKernelsTraceEventsOfTheirSgIo) {
  const auto followed = FollowCommands(
      Write(5000, 1, 56, 0, VirtioScsiResponse::kTransportFailure, ScsiStatus::kGood), kOffset,
      {PathDone(5220, Write10(56)),
       {5221, "worker", 7, observe::BlockError{{8, 0}, EIO}},
       SgIoReturned(5225, 56)});
  ASSERT_THAT(followed.commands, SizeIs(1));
  const SgIo& sg_io = followed.commands.front().sg_ios.front();
  EXPECT_THAT(sg_io.below, SizeIs(2));
  ASSERT_TRUE(sg_io.result);
  EXPECT_EQ(sg_io.result->host_byte, HostByte::kTransportDisrupted);
  EXPECT_THAT(followed.elsewhere, IsEmpty());
  EXPECT_EQ(followed.commands.front().ToString(),
            "command 0x2a at sector 56: SG_IO returned DID_TRANSPORT_DISRUPTED, GOOD; "
            "TRANSPORT_FAILURE, GOOD");
}

TEST(GuestCommands, AreDistinguishedWhenSeveralAreInFlight) {
  auto qemu = Write(5000, 1, 56, 0, VirtioScsiResponse::kTransportFailure, ScsiStatus::kGood);
  const auto other = Write(5000, 2, 64, EIO, VirtioScsiResponse::kOk, ScsiStatus::kGood);
  // QEMU submits the second before the first has returned.
  qemu.insert(qemu.begin() + 3, other.begin(), other.end());
  const auto followed =
      FollowCommands(qemu, kOffset, {SgIoReturned(5225, 64), PathDone(5220, Write10(56))});
  ASSERT_THAT(followed.commands, SizeIs(2));
  EXPECT_EQ(followed.commands[0].sg_ios.front().error_number, 0);
  EXPECT_EQ(followed.commands[1].sg_ios.front().error_number, EIO);
  EXPECT_FALSE(followed.commands[0].sg_ios.front().result);
  EXPECT_TRUE(followed.commands[1].sg_ios.front().result);
  EXPECT_THAT(followed.commands[0].sg_ios.front().below, SizeIs(1));
}

TEST(GuestCommands, DoNotHaveTraceEventsOfOthers) {
  const std::vector<std::uint8_t> test_unit_ready(6, 0);
  TraceEvent checkers_request{5223, "multipathd", 9, observe::BlockError{{8, 0}, EIO}};
  const auto followed = FollowCommands(
      Write(5000, 1, 56, 0, VirtioScsiResponse::kOk, ScsiStatus::kGood), kOffset,
      {PathDone(5222, test_unit_ready), checkers_request, PathDone(5224, Write10(64)),
       PathDone(9999, Write10(56)), PathDone(1000, Write10(56))});
  EXPECT_THAT(followed.elsewhere, SizeIs(5));
  EXPECT_THAT(followed.commands.front().sg_ios.front().below, IsEmpty());
  EXPECT_FALSE(followed.commands.front().Failed());
}

TEST(GuestCommands, MayBeRetriedByTheGuestWithTheSameTag) {
  auto qemu = Write(5000, 1, 56, ENODEV, VirtioScsiResponse::kOk, ScsiStatus::kCheckCondition);
  const auto again = Write(6000, 1, 56, 0, VirtioScsiResponse::kOk, ScsiStatus::kGood);
  qemu.insert(qemu.end(), again.begin(), again.end());
  const auto followed = FollowCommands(qemu, kOffset, {});
  ASSERT_THAT(followed.commands, SizeIs(2));
  EXPECT_TRUE(followed.commands[0].Failed());
  EXPECT_FALSE(followed.commands[1].Failed());
}

TEST(GuestCommands, MayBeRetriedByQemu) {
  auto qemu = Write(5000, 1, 56, ENODEV, VirtioScsiResponse::kOk, ScsiStatus::kGood);
  const QemuTraceEvent response = qemu.back();
  qemu.pop_back();
  qemu.push_back({kOffset + 7000, observe::SgIoSubmission{1, 0x2a, 56}});
  qemu.push_back({kOffset + 7100, observe::PoolSubmission{0xb00}});
  qemu.push_back({kOffset + 7200, observe::PoolCompletion{0xb00, 0}});
  qemu.push_back(response);
  const auto followed = FollowCommands(qemu, kOffset, {});
  ASSERT_THAT(followed.commands, SizeIs(1));
  ASSERT_THAT(followed.commands.front().sg_ios, SizeIs(2));
  EXPECT_EQ(followed.commands.front().sg_ios[0].error_number, ENODEV);
  EXPECT_EQ(followed.commands.front().sg_ios[1].error_number, 0);
}

TEST(GuestCommands, MayHaveNoResponseYet) {
  auto qemu = Write(5000, 1, 56, 0, VirtioScsiResponse::kOk, ScsiStatus::kGood);
  qemu.resize(3);
  const auto followed = FollowCommands(qemu, kOffset, {});
  ASSERT_THAT(followed.commands, SizeIs(1));
  EXPECT_FALSE(followed.commands.front().Failed());
  EXPECT_EQ(followed.commands.front().ToString(),
            "command 0x2a at sector 56: SG_IO has not returned; no response");
}

TEST(GuestCommands, AreIgnoredIfTheyBeganBeforeTheTrace) {
  auto qemu = Write(5000, 1, 56, 0, VirtioScsiResponse::kFailure, ScsiStatus::kGood);
  qemu.erase(qemu.begin());
  qemu.push_back({kOffset + 5000, observe::BuiltSense{1, 5, 0x24, 0}});
  EXPECT_THAT(FollowCommands(qemu, kOffset, {}).commands, IsEmpty());
}

TEST(GuestCommands, MayHaveSenseDataBuiltByQemu) {
  auto qemu = Write(5000, 1, 56, ENODEV, VirtioScsiResponse::kOk, ScsiStatus::kCheckCondition);
  qemu.insert(qemu.end() - 1, {kOffset + 5350, observe::BuiltSense{1, 0xb, 0, 6}});
  const auto followed = FollowCommands(qemu, kOffset, {});
  EXPECT_EQ(followed.commands.front().ToString(),
            "command 0x2a at sector 56: SG_IO failed: No such device; sense 0x0b/0x00/0x06; OK, "
            "CHECK CONDITION");
}

}  // namespace
}  // namespace dualpath::layers
