#include "ci/flakes/figures.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "helpers/base/temporary_directory.h"
#include "helpers/matchers/status_matchers.h"

namespace dualpath::flakes {
namespace {

using results::Verdict;
using ::testing::HasSubstr;

/// Values by R: binom::binom.confint(x, n, methods = "wilson").
TEST(UpperBound, IsThatOfWilsonsInterval) {
  EXPECT_NEAR(UpperBound(0, 20), 0.16113, 1e-5);
  EXPECT_NEAR(UpperBound(0, 100), 0.03699, 1e-5);
  EXPECT_NEAR(UpperBound(1, 100), 0.05449, 1e-5);
  EXPECT_NEAR(UpperBound(10, 20), 0.70070, 1e-5);
  EXPECT_DOUBLE_EQ(UpperBound(20, 20), 1);
}

TEST(UpperBound, IsOneIfNothingIsKnown) { EXPECT_DOUBLE_EQ(UpperBound(0, 0), 1); }

class FiguresTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(Ledger ledger, Ledger::Open(directory_.path() + "/runs",
                                                     {7, 0, 1, "b", {"A.B", "A.A", "A.C"}}, true));
    for (const CaseRun& run :
         {CaseRun{"A.A", 1, Verdict::kPassed, 1}, CaseRun{"A.B", 1, Verdict::kSkipped, 0},
          CaseRun{"A.A", 2, Verdict::kFailed, 3}, CaseRun{"A.A", 3, Verdict::kNoVerdict, 5}}) {
      ASSERT_OK(ledger.Add(run));
    }
    setup_ = ledger.setup();
    figures_ = FiguresOf(ledger);
  }

  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
  flakes::Setup setup_;
  std::vector<CaseFigures> figures_;
};

TEST_F(FiguresTest, CountEachVerdictOfEachCase) {
  ASSERT_EQ(figures_.size(), 3U);
  const CaseFigures& first = figures_[0];
  EXPECT_EQ(first.name, "A.A");
  EXPECT_EQ(first.runs, 3);
  EXPECT_EQ(first.failures, 1);
  EXPECT_EQ(first.no_verdicts, 1);
  EXPECT_EQ(first.skips, 0);
  EXPECT_DOUBLE_EQ(first.mean_seconds, 3);
  EXPECT_DOUBLE_EQ(first.upper_bound, UpperBound(2, 3));
}

TEST_F(FiguresTest, ASkippedOrMissingRunShowsNothing) {
  for (const CaseFigures& each : {figures_[1], figures_[2]}) {
    EXPECT_EQ(each.runs, 0) << each.name;
    EXPECT_DOUBLE_EQ(each.upper_bound, 1) << each.name;
  }
  EXPECT_EQ(figures_[1].skips, 1);
  EXPECT_EQ(figures_[2].skips, 0);
}

TEST_F(FiguresTest, ArePrintedWithTheirSums) {
  const std::string text = ToText(setup_, figures_);
  EXPECT_THAT(text, HasSubstr("    3        1          1       0    3.0 s"));
  EXPECT_THAT(text, HasSubstr("3 cases: 3 runs, 1 failures, 1 without a verdict, 1 skipped;"));
  EXPECT_THAT(text, HasSubstr("seed 7"));
}

TEST_F(FiguresTest, AreWrittenAsJson) {
  const auto json = nlohmann::json::parse(ToJsonText(setup_, figures_));
  EXPECT_EQ(json["seed"], 7);
  EXPECT_EQ(json["cases"][0]["no_verdicts"], 1);
  EXPECT_EQ(json["cases"][2]["name"], "A.C");
}

}  // namespace
}  // namespace dualpath::flakes
