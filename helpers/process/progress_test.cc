#include "helpers/process/progress.h"

#include <gtest/gtest.h>

namespace dualpath::process {
namespace {

using std::chrono::seconds;

TEST(Progress, IsReportedEverySecondOnATerminalButNotOfAShortStage) {
  EXPECT_EQ(NextReport(seconds(0), true), seconds(5));
  EXPECT_EQ(NextReport(seconds(5), true), seconds(6));
  EXPECT_EQ(NextReport(seconds(90), true), seconds(91));
}

TEST(Progress, IsReportedEveryHalfMinuteInALog) {
  EXPECT_EQ(NextReport(seconds(0), false), seconds(30));
  EXPECT_EQ(NextReport(seconds(30), false), seconds(60));
  EXPECT_EQ(NextReport(seconds(61), false), seconds(90));
}

TEST(Progress, SaysHowLongTheStageUsuallyTakes) {
  EXPECT_EQ(ReportOf("boot the lab", seconds(9), seconds(20)),
            "boot the lab: 9 s so far, usually some 20 s");
  EXPECT_EQ(ReportOf("boot the lab", seconds(35), seconds(20)),
            "boot the lab: 35 s so far, usually some 20 s; this machine is slower, or busy");
  EXPECT_EQ(ReportOf("wait for another run", seconds(35), seconds(0)),
            "wait for another run: 35 s so far");
}

TEST(Progress, AStageEndsAtOnce) {
  const auto begun = std::chrono::steady_clock::now();
  {
    const Stage outer("a stage", seconds(1));
    const Stage inner("a stage in it");
  }
  EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds(4));
}

}  // namespace
}  // namespace dualpath::process
