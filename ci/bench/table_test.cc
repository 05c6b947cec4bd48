#include "ci/bench/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ci/bench/fake_figures.h"

namespace dualpath::bench {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(Table, AFiguresLineStatesWhetherItsLimitIsMet) {
  const auto figures = FakeFigures().all;
  EXPECT_THAT(TableLine(figures[0]),
              StartsWith("restore   restore to the first assertion, median"));
  EXPECT_THAT(TableLine(figures[0]), EndsWith("    0.71 s  at most 1 s: met\n"));
  EXPECT_THAT(TableLine(figures[1]), EndsWith("      12 x  at least 20 x: NOT MET\n"));
  EXPECT_THAT(TableLine(figures[2]), EndsWith("        -  (not installed)\n"));
  EXPECT_THAT(TableLine(figures[4]), EndsWith("        -  at least 8 x\n"));
}

TEST(Table, ACasesLineHasItsTimes) {
  EXPECT_THAT(TableLine(CaseTime{"Failover.Long", 20, 100}),
              HasSubstr("20.0 s real    100.0 s virtual    5.0 x  Failover.Long\n"));
}

TEST(Table, HasRowsForHeadlinesAndFiguresWithALimit) {
  EXPECT_EQ(MarkdownRows(FakeFigures()),
            "| restore to the first assertion, median | 1 s | 0.71 s |\n"
            "| boot / restore | at least 20 x | 12 x |\n"
            "| one at a time / concurrently |  | 1.9 x |\n"
            "| </script><b>virtual by real | at least 8 x | - |\n");
}

}  // namespace
}  // namespace dualpath::bench
