#include "helpers/scsi/inquiry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string_view>

namespace dualpath::scsi {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;
using Bytes = std::vector<std::uint8_t>;

Bytes operator+(Bytes bytes, std::string_view text) {
  bytes.insert(bytes.end(), text.begin(), text.end());
  return bytes;
}

Bytes operator+(Bytes bytes, const Bytes& more) {
  bytes.insert(bytes.end(), more.begin(), more.end());
  return bytes;
}

/// Returns a VPD page: the four-byte header and `payload`.
Bytes Page(std::uint8_t code, const Bytes& payload) {
  return Bytes{0, code, static_cast<std::uint8_t>(payload.size() / 256),
               static_cast<std::uint8_t>(payload.size() % 256)} +
         payload;
}

const Bytes kNaa6 = {0x01, 0x03, 0x00, 0x10, 0x60, 0x01, 0x40, 0x5d, 0x34, 0x7b,
                     0x7c, 0x8b, 0x80, 0x41, 0xe9, 0xbc, 0x81, 0x72, 0x34, 0xe0};
const Bytes kNaa5 = {0x01, 0x03, 0x00, 0x08, 0x50, 0x01, 0x40, 0x5f, 0x01, 0x23, 0x4b, 0xa3};
const Bytes kPortNaa5 = {0x61, 0x93, 0x00, 0x08, 0x50, 0x01, 0x40, 0x5f, 0x01, 0x23, 0x4b, 0xa3};

TEST(StandardInquiry, IsTrimmed) {
  const auto inquiry = ParseStandardInquiry(Bytes{0, 0, 5, 2, 31, 0, 0, 2} + "LIO-ORG " +
                                            "storage         " + "4.0 " + Bytes(20, 0));
  ASSERT_TRUE(inquiry.ok()) << inquiry.error().ToString();
  EXPECT_EQ(inquiry->peripheral_type, 0U);
  EXPECT_EQ(inquiry->vendor, "LIO-ORG");
  EXPECT_EQ(inquiry->product, "storage");
  EXPECT_EQ(inquiry->revision, "4.0");
}

TEST(StandardInquiry, KeepsInnerBlanksAndDropsNulPadding) {
  const auto inquiry = ParseStandardInquiry(Bytes{0x65, 0, 5, 2, 31, 0, 0, 2} + "QEMU    " +
                                            "QEMU CD" + Bytes(9, 0) + "    ");
  EXPECT_EQ(inquiry->peripheral_type, 5U);
  EXPECT_EQ(inquiry->product, "QEMU CD");
  EXPECT_EQ(inquiry->revision, "");
}

TEST(StandardInquiry, RejectsTruncatedData) {
  EXPECT_EQ(ParseStandardInquiry(Bytes(35, 0)).error().ToString(),
            "parse INQUIRY data: 35 bytes: vendor, product and revision end at byte 36");
}

TEST(NaaDesignator, IsTheLogicalUnitsLongest) {
  const auto naa = ParseNaaDesignator(Page(0x83, kPortNaa5 + kNaa5 + kNaa6));
  ASSERT_TRUE(naa.ok()) << naa.error().ToString();
  EXPECT_EQ(*naa, "6001405d347b7c8b8041e9bc817234e0");
  EXPECT_EQ(WwidFromNaa(*naa), "36001405d347b7c8b8041e9bc817234e0");
}

TEST(NaaDesignator, IsIgnoredForAPort) {
  EXPECT_THAT(ParseNaaDesignator(Page(0x83, kPortNaa5)).error().ToString(),
              HasSubstr("the logical unit has no NAA designator"));
}

TEST(NaaDesignator, RejectsATruncatedDesignator) {
  EXPECT_THAT(ParseNaaDesignator(Page(0x83, kNaa5 + Bytes{0x01, 0x03, 0x00, 0x10, 0x60}))
                  .error()
                  .ToString(),
              HasSubstr("the designator at byte 16 is truncated"));
  EXPECT_THAT(ParseNaaDesignator(Page(0x83, {0x01, 0x03})).error().ToString(),
              HasSubstr("the designator at byte 4 is truncated"));
}

TEST(ReadInquiry, NamesTheDeviceInAnError) {
  EXPECT_EQ(ReadStandardInquiry("/dev/no-such-disk", Deadline::In(seconds(1))).error().ToString(),
            "read INQUIRY data: /dev/no-such-disk: No such file or directory (errno 2)");
  EXPECT_EQ(ReadNaaDesignator("/dev/null", Deadline::In(seconds(1))).error().ToString(),
            "read VPD page 0x83: /dev/null: Inappropriate ioctl for device (errno 25)");
}

}  // namespace
}  // namespace dualpath::scsi
