#include "ci/bench/figure.h"

#include <gtest/gtest.h>

namespace dualpath::bench {
namespace {

Figure Of(std::optional<double> value, std::optional<Limit> limit) {
  return {"group", "name", "what", "s", value, limit};
}

TEST(Figure, ALimitIsMetAtItsValueToo) {
  EXPECT_EQ(Of(1.0, Limit::AtMost(1)).Met(), true);
  EXPECT_EQ(Of(1.01, Limit::AtMost(1)).Met(), false);
  EXPECT_EQ(Of(20.0, Limit::AtLeast(20)).Met(), true);
  EXPECT_EQ(Of(19.9, Limit::AtLeast(20)).Met(), false);
}

TEST(Figure, WithoutALimitOrAValueNothingIsMetOrMissed) {
  EXPECT_EQ(Of(1.0, std::nullopt).Met(), std::nullopt);
  EXPECT_EQ(Of(std::nullopt, Limit::AtMost(1)).Met(), std::nullopt);
}

TEST(Figure, HasAsManyDigitsAsMatter) {
  EXPECT_EQ(ValueInWords(0.8449, "s"), "0.84 s");
  EXPECT_EQ(ValueInWords(12.349, "x"), "12.3 x");
  EXPECT_EQ(ValueInWords(312.4, "MB"), "312 MB");
  EXPECT_EQ(ValueInWords(60.0, "s"), "60 s");
  EXPECT_EQ(ValueInWords(300.0, "MB"), "300 MB");
  EXPECT_EQ(ValueInWords(0.0, "%"), "0 %");
  EXPECT_EQ(ValueInWords(2.5, ""), "2.5");
  EXPECT_EQ(ValueInWords(std::nullopt, "s"), "-");
}

TEST(Figure, SaysItsLimit) {
  EXPECT_EQ(LimitInWords(Of(1.0, Limit::AtMost(2))), "at most 2 s");
  EXPECT_EQ(LimitInWords(Of(std::nullopt, Limit::AtLeast(0.5))), "at least 0.5 s");
  EXPECT_EQ(LimitInWords(Of(1.0, std::nullopt)), "");
}

}  // namespace
}  // namespace dualpath::bench
