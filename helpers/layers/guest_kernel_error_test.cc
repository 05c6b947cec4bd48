#include "helpers/layers/guest_kernel_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dualpath::layers {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

// Linux 6.12 in the guest.
const char kLog[] =
    "[   24.352499] sd 0:0:0:0: Attached scsi generic sg0 type 0\n"
    "[   28.869268] sd 0:0:0:0: [sda] tag#827 FAILED Result: hostbyte=DID_OK driverbyte=DRIVER_OK "
    "cmd_age=0s\n"
    "[   28.872398] sd 0:0:0:0: [sda] tag#827 Sense Key : Aborted Command [current] \n"
    "[   28.874039] sd 0:0:0:0: [sda] tag#827 Add. Sense: I/O process terminated\n"
    "[   28.880608] sd 0:0:0:0: [sda] tag#827 CDB: Write(10) 2a 00 00 00 00 38 00 00 08 00\n"
    "[   28.882923] I/O error, dev sda, sector 56 op 0x1:(WRITE) flags 0x8800 phys_seg 1 prio "
    "class 2\n"
    "[   29.035093] sd 0:0:0:0: [sda] tag#769 FAILED Result: hostbyte=DID_TRANSPORT_DISRUPTED "
    "driverbyte=DRIVER_OK cmd_age=0s\n"
    "[   29.035655] scsi_io_completion_action: 7 callbacks suppressed\n"
    "[   29.035689] sd 0:0:0:0: [sda] tag#769 CDB: Write(10) 2a 00 00 00 00 40 00 00 08 00\n";

TEST(GuestKernelErrors, AreParsedFromTheKernelLog) {
  const auto errors = ParseGuestKernelErrors(kLog);
  ASSERT_THAT(errors, SizeIs(2));
  EXPECT_EQ(errors[0].at, std::chrono::microseconds(28869268));
  EXPECT_EQ(errors[0].ToString(), "DID_OK, Aborted Command, I/O process terminated, sector 56");
  EXPECT_EQ(errors[1].ToString(), "DID_TRANSPORT_DISRUPTED");
  EXPECT_EQ(errors[1].sector, std::nullopt);
}

TEST(GuestKernelErrors, AreParsedInOlderFormats) {
  const auto errors = ParseGuestKernelErrors(
      "[    9.000001] sd 0:0:0:0: [sda] FAILED Result: hostbyte=DID_ERROR driverbyte=DRIVER_OK\n"
      "[    9.000002] end_request: I/O error, dev sda, sector 8\n"
      "[   10.000001] sd 0:0:0:0: [sda] tag#1 FAILED Result: hostbyte=0x10 "
      "driverbyte=DRIVER_SENSE\n"
      "[   10.000002] blk_update_request: I/O error, dev sda, sector 16 op 0x1:(WRITE)\n");
  ASSERT_THAT(errors, SizeIs(2));
  EXPECT_EQ(errors[0].ToString(), "DID_ERROR, sector 8");
  EXPECT_EQ(errors[1].ToString(), "DID_TARGET_FAILURE, sector 16");
}

TEST(GuestKernelErrors, AreTheBlockLayersForAVirtioBlkDisk) {
  const auto errors = ParseGuestKernelErrors(
      "[   28.882923] I/O error, dev vda, sector 56 op 0x1:(WRITE) flags 0x8800 phys_seg 1 prio "
      "class 2\n");
  ASSERT_THAT(errors, SizeIs(1));
  EXPECT_EQ(errors[0].at, std::chrono::microseconds(28882923));
  EXPECT_EQ(errors[0].host_byte, std::nullopt);
  EXPECT_EQ(errors[0].ToString(), "I/O error, sector 56");
}

TEST(GuestKernelErrors, AreIgnoredWithoutTheirFirstLine) {
  EXPECT_THAT(
      ParseGuestKernelErrors("[   28.872398] sd 0:0:0:0: [sda] tag#827 Sense Key : Aborted "
                             "Command [current] \n"
                             "[   28.882923] I/O error, dev sda, sector 56 op 0x1:(WRITE)\n"),
      IsEmpty());
  EXPECT_THAT(ParseGuestKernelErrors(""), IsEmpty());
  EXPECT_THAT(
      ParseGuestKernelErrors("[   1.000000] x: Result: hostbyte=NO_SUCH driverbyte=DRIVER_OK\n"),
      IsEmpty());
}

TEST(TimeOfLine, IsTheTimeStamp) {
  EXPECT_EQ(TimeOfLine("[   28.869268] text"), std::chrono::microseconds(28869268));
  EXPECT_EQ(TimeOfLine("[12345.000001] text"), std::chrono::microseconds(12345000001));
  EXPECT_EQ(TimeOfLine("text"), std::nullopt);
  EXPECT_EQ(TimeOfLine("[ x ] text"), std::nullopt);
  EXPECT_EQ(TimeOfLine(""), std::nullopt);
}

TEST(TailSince, BeginsAtTheTime) {
  using std::chrono::milliseconds;
  const std::string log = "[    1.000000] boot\n[    2.000000] a\n  more\n[    3.000000] b\n";
  EXPECT_EQ(TailSince(log, milliseconds(1500)),
            (std::vector<std::string>{"[    2.000000] a", "  more", "[    3.000000] b"}));
  EXPECT_EQ(TailSince(log, milliseconds(4000)), std::vector<std::string>());
}

TEST(TailSince, IsNothingIfEarlierLinesMayBeMissing) {
  using std::chrono::milliseconds;
  const std::string log = "[    2.000000] a\n[    3.000000] b\n";
  EXPECT_EQ(TailSince(log, milliseconds(1500)), std::nullopt);
  EXPECT_EQ(TailSince("", milliseconds(1500)), std::nullopt);
}

}  // namespace
}  // namespace dualpath::layers
