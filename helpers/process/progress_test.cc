#include "helpers/process/progress.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

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

TEST(Progress, GoesToTheFileThatCiPrints) {
  const auto directory = TemporaryDirectory::Create();
  ASSERT_TRUE(directory.ok());
  const std::string file = directory->path() + "/progress.log";
  ASSERT_TRUE(WriteFileAtomically(file, "").ok());
  ASSERT_EQ(::setenv("DUALPATH_PROGRESS", file.c_str(), 1), 0);
  ReportToLog("boot the lab: 30 s so far");
  ReportToLog("boot the lab: 60 s so far");
  ASSERT_EQ(::unsetenv("DUALPATH_PROGRESS"), 0);
  ReportToLog("boot the lab: 90 s so far");

  const auto text = ReadFile(file);
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(*text,
            "dualpath: boot the lab: 30 s so far\n"
            "dualpath: boot the lab: 60 s so far\n");
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
