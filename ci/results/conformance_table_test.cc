#include "ci/results/conformance_table.h"

#include <gtest/gtest.h>

#include <sstream>

namespace dualpath::results {
namespace {

TEST(ConformanceTable, HasARowForEachTestThatDidNotPassEverywhere) {
  ConformanceTable table;
  EXPECT_TRUE(table.Add(R"({"on":"guest","verdicts":{"A.A":"passed","B.B":"failed"}})"));
  EXPECT_TRUE(
      table.Add(R"({"on":"path","verdicts":{"A.A":"passed","B.B":"passed","C.C":"skipped"}})"));
  EXPECT_TRUE(table.Add(R"({"on":"elsewhere","verdicts":{"A.A":"passed","B.B":"passed"}})"));
  std::ostringstream out;
  table.Print(out);
  EXPECT_EQ(out.str(),
            "| test | path | guest | elsewhere |\n"
            "| --- | --- | --- | --- |\n"
            "| B.B | passed | failed | passed |\n"
            "| C.C | skipped |  |  |\n"
            "| *all passed* | 2 | 1 | 2 |\n"
            "| *all skipped* | 1 | 0 | 0 |\n"
            "| *all failed* | 0 | 1 | 0 |\n");
}

TEST(ConformanceTable, RefusesWhatIsNotAColumn) {
  ConformanceTable table;
  EXPECT_FALSE(table.Add("failed"));
  EXPECT_FALSE(table.Add(R"({"on":"path"})"));
  EXPECT_TRUE(table.empty());
}

}  // namespace
}  // namespace dualpath::results
