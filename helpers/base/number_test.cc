#include "helpers/base/number.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace dualpath {
namespace {

TEST(ParseWhole, AcceptsANumberThatIsTheWholeText) {
  EXPECT_EQ(ParseWhole<unsigned>("0"), 0U);
  EXPECT_EQ(ParseWhole<unsigned>("0042"), 42U);
  EXPECT_EQ(ParseWhole<int>("-19"), -19);
  EXPECT_EQ(ParseWhole<std::uint8_t>("2a", 16), 0x2a);
  EXPECT_EQ(ParseWhole<std::uint64_t>("18446744073709551615"), UINT64_MAX);
}

TEST(ParseWhole, RejectsOtherText) {
  for (const char* other : {"", " ", " 1", "1 ", "1\n", "+1", "-1", "-", "1.0", "0x1", "a", "1a"}) {
    EXPECT_EQ(ParseWhole<unsigned>(other), std::nullopt) << '"' << other << '"';
  }
  EXPECT_EQ(ParseWhole<unsigned>(std::string("1\0", 2)), std::nullopt);
  EXPECT_EQ(ParseWhole<std::uint8_t>("0x2a", 16), std::nullopt);
}

TEST(ParseWhole, RejectsNumbersOutOfRange) {
  EXPECT_EQ(ParseWhole<std::uint8_t>("255"), 255);
  EXPECT_EQ(ParseWhole<std::uint8_t>("256"), std::nullopt);
  EXPECT_EQ(ParseWhole<int>("2147483648"), std::nullopt);
  EXPECT_EQ(ParseWhole<std::uint64_t>("18446744073709551616"), std::nullopt);
}

TEST(ParseDecimalOrHex, ThePrefixSelectsTheBase) {
  EXPECT_EQ(ParseDecimalOrHex<unsigned>("10"), 10U);
  EXPECT_EQ(ParseDecimalOrHex<unsigned>("0x10"), 16U);
  EXPECT_EQ(ParseDecimalOrHex<int>("-5"), -5);
  for (const char* other : {"", "0x", "x10", "0X10", "1f", "-0x1", "0x0x1", "0x1g"}) {
    EXPECT_EQ(ParseDecimalOrHex<unsigned>(other), std::nullopt) << '"' << other << '"';
  }
}

TEST(ParseAfter, AcceptsThePrefixAndANumberOnly) {
  EXPECT_EQ(ParseAfter<unsigned>("lun_", "lun_0"), 0U);
  EXPECT_EQ(ParseAfter<int>("dualpath-", "dualpath-504"), 504);
  for (const char* other : {"", "0", "lun_", "lun_x", "lun_1 ", "lun_-1", "xlun_1", "lun"}) {
    EXPECT_EQ(ParseAfter<unsigned>("lun_", other), std::nullopt) << '"' << other << '"';
  }
}

}  // namespace
}  // namespace dualpath
