#include "ci/flakes/run_once.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dualpath::flakes {
namespace {

using results::Verdict;
using ::testing::HasSubstr;

EndedRun RunShell(const std::string& script, double timeout_seconds = 0) {
  CtestCase test;
  test.name = "A.B";
  test.command.argv = {"sh", "-c", script};
  test.timeout_seconds = timeout_seconds;
  return RunOnce(test);
}

TEST(RunOnce, TellsVerdictAndOutput) {
  const EndedRun ended = RunShell("echo out; echo err >&2; exit 1");
  EXPECT_EQ(ended.run.name, "A.B");
  EXPECT_EQ(ended.run.verdict, Verdict::kFailed);
  EXPECT_THAT(ended.output, HasSubstr("out\nerr\n"));
  EXPECT_EQ(RunShell("exit 0").run.verdict, Verdict::kPassed);
}

TEST(RunOnce, AKilledOrHangingTestHasNoVerdict) {
  EXPECT_EQ(RunShell("kill -9 $$").run.verdict, Verdict::kNoVerdict);
  const EndedRun hanging = RunShell("exec sleep 60", 0.1);
  EXPECT_EQ(hanging.run.verdict, Verdict::kNoVerdict);
  EXPECT_LT(hanging.run.seconds, 30);
}

}  // namespace
}  // namespace dualpath::flakes
