#include "helpers/scsi/command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dualpath::scsi {
namespace {

using ::testing::PrintToString;
using ::testing::SizeIs;

void ExpectIn(const Command& command, const std::string& printed, std::uint32_t bytes) {
  EXPECT_EQ(PrintToString(command), printed);
  EXPECT_EQ(command.direction, Direction::kIn);
  EXPECT_EQ(command.data_in_bytes, bytes);
  EXPECT_THAT(command.data_out, SizeIs(0));
}

void ExpectOut(const Command& command, const std::string& printed, const Bytes& data) {
  EXPECT_EQ(PrintToString(command), printed);
  EXPECT_EQ(command.direction, Direction::kOut);
  EXPECT_EQ(command.data_in_bytes, 0U);
  EXPECT_EQ(command.data_out, data);
}

void ExpectBare(const Command& command, const std::string& printed) {
  EXPECT_EQ(PrintToString(command), printed);
  EXPECT_EQ(command.direction, Direction::kNone);
  EXPECT_EQ(command.data_in_bytes, 0U);
  EXPECT_THAT(command.data_out, SizeIs(0));
}

TEST(Command, EncodesCommandsWithoutData) {
  ExpectBare(TestUnitReady(), "TEST UNIT READY [00 00 00 00 00 00]");
  ExpectBare(Bare("VENDOR SPECIFIC", {0xc1, 0, 0, 0, 0, 1}), "VENDOR SPECIFIC [c1 00 00 00 00 01]");
  ExpectBare(SynchronizeCache10(),
             "SYNCHRONIZE CACHE(10) of 0 blocks at 0 [35 00 00 00 00 00 00 00 00 00]");
  ExpectBare(SynchronizeCache10(0x01020304, 0x0506),
             "SYNCHRONIZE CACHE(10) of 1286 blocks at 16909060 [35 00 01 02 03 04 00 05 06 00]");
  ExpectBare(SynchronizeCache16(0x0102030405060708, 0x090a0b0c),
             "SYNCHRONIZE CACHE(16) of 151653132 blocks at 72623859790382856 [91 00 01 02 03 04 05 "
             "06 07 08 09 0a 0b 0c 00 00]");
}

TEST(Command, EncodesQueries) {
  ExpectIn(RequestSense(), "REQUEST SENSE [03 00 00 00 fc 00]", 252);
  ExpectIn(StandardInquiry(), "INQUIRY [12 00 00 00 ff 00]", 255);
  ExpectIn(VpdInquiry(0xb0), "INQUIRY of VPD page 0xb0 [12 01 b0 04 00 00]", 1024);
  ExpectIn(VpdInquiry(0x83, 0x1234), "INQUIRY of VPD page 0x83 [12 01 83 12 34 00]", 0x1234);
  ExpectIn(ReportLuns(), "REPORT LUNS [a0 00 02 00 00 00 00 00 10 00 00 00]", 4096);
  ExpectIn(ReportTargetPortGroups(16),
           "REPORT TARGET PORT GROUPS [a3 0a 00 00 00 00 00 00 00 10 00 00]", 16);
}

TEST(Command, EncodesReads) {
  ExpectIn(Read10(0x01020304, 0x0506),
           "READ(10) of 1286 blocks at 16909060 [28 00 01 02 03 04 00 05 06 00]", 1286 * 512);
  ExpectIn(Read16(0x0102030405060708, 8, 4096),
           "READ(16) of 8 blocks at 72623859790382856 [88 00 01 02 03 04 05 06 07 08 00 00 00 08 "
           "00 00]",
           8 * 4096);
}

TEST(Command, EncodesWrites) {
  const Bytes two_blocks(1024, 0xab);
  ExpectOut(Write10(7, two_blocks), "WRITE(10) of 2 blocks at 7 [2a 00 00 00 00 07 00 00 02 00]",
            two_blocks);
  ExpectOut(Write16(7, two_blocks, 1024),
            "WRITE(16) of 1 blocks at 7 [8a 00 00 00 00 00 00 00 00 07 00 00 00 01 00 00]",
            two_blocks);
  const Bytes block(512, 0xcd);
  ExpectOut(WriteSame16(7, 100, block),
            "WRITE SAME(16) of 100 blocks at 7 [93 00 00 00 00 00 00 00 00 07 00 00 00 64 00 00]",
            block);
  ExpectOut(WriteSame16(7, 100, block, true),
            "WRITE SAME(16) with UNMAP of 100 blocks at 7 [93 08 00 00 00 00 00 00 00 07 00 00 00 "
            "64 00 00]",
            block);
}

TEST(Command, EncodesUnmap) {
  ExpectOut(Unmap({{0x0102030405060708, 0x090a0b0c}, {1, 2}}),
            "UNMAP of 151653132 blocks at 72623859790382856, of 2 blocks at 1 [42 00 00 00 00 00 "
            "00 00 28 00]",
            {0, 38, 0, 32, 0, 0, 0, 0,                             //
             1, 2,  3, 4,  5, 6, 7, 8, 9, 10, 11, 12, 0, 0, 0, 0,  //
             0, 0,  0, 0,  0, 0, 0, 1, 0, 0,  0,  2,  0, 0, 0, 0});
  ExpectOut(Unmap({}), "UNMAP [42 00 00 00 00 00 00 00 08 00]", {0, 6, 0, 0, 0, 0, 0, 0});
}

TEST(HexDump, IsLimited) {
  EXPECT_EQ(HexDump({}), "");
  EXPECT_EQ(HexDump({1, 2, 0xff}, 3), "01 02 ff");
  EXPECT_EQ(HexDump({1, 2, 0xff}, 2), "01 02 and 1 more");
}

}  // namespace
}  // namespace dualpath::scsi
