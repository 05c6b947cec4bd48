#include "ci/bench/figure.h"

#include <gtest/gtest.h>

namespace dualpath::bench {
namespace {

Figure FigureOf(std::optional<double> value, std::optional<Limit> limit) {
  return {"group", "name", "what", "s", value, limit};
}

TEST(Figure, ALimitIsInclusive) {
  EXPECT_EQ(FigureOf(1.0, Limit::AtMost(1)).Met(), true);
  EXPECT_EQ(FigureOf(1.01, Limit::AtMost(1)).Met(), false);
  EXPECT_EQ(FigureOf(20.0, Limit::AtLeast(20)).Met(), true);
  EXPECT_EQ(FigureOf(19.9, Limit::AtLeast(20)).Met(), false);
}

TEST(Figure, WithoutALimitOrAValueItIsNeitherMetNorMissed) {
  EXPECT_EQ(FigureOf(1.0, std::nullopt).Met(), std::nullopt);
  EXPECT_EQ(FigureOf(std::nullopt, Limit::AtMost(1)).Met(), std::nullopt);
}

TEST(Figure, IsFormattedWithTwoOrThreeDigits) {
  EXPECT_EQ(FormatValue(0.8449, "s"), "0.84 s");
  EXPECT_EQ(FormatValue(12.349, "x"), "12.3 x");
  EXPECT_EQ(FormatValue(312.4, "MB"), "312 MB");
  EXPECT_EQ(FormatValue(60.0, "s"), "60 s");
  EXPECT_EQ(FormatValue(300.0, "MB"), "300 MB");
  EXPECT_EQ(FormatValue(0.0, "%"), "0 %");
  EXPECT_EQ(FormatValue(2.5, ""), "2.5");
  EXPECT_EQ(FormatValue(std::nullopt, "s"), "-");
}

TEST(Figure, FormatsItsLimit) {
  EXPECT_EQ(FormatLimit(FigureOf(1.0, Limit::AtMost(2))), "at most 2 s");
  EXPECT_EQ(FormatLimit(FigureOf(std::nullopt, Limit::AtLeast(0.5))), "at least 0.5 s");
  EXPECT_EQ(FormatLimit(FigureOf(1.0, std::nullopt)), "");
}

}  // namespace
}  // namespace dualpath::bench
