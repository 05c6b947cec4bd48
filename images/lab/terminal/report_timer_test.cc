#include "images/lab/terminal/report_timer.h"

#include <gtest/gtest.h>

namespace dualpath::terminal {
namespace {

using std::chrono::milliseconds;

ReportTimer::Clock::time_point At(int ms) {
  return ReportTimer::Clock::time_point(milliseconds(ms));
}

TEST(ReportTimer, ReportsAtOnceAndThenEverySecond) {
  ReportTimer timer(At(5));
  EXPECT_EQ(timer.due(), At(5));
  timer.Reported(At(7));
  EXPECT_EQ(timer.due(), At(1007));
}

TEST(ReportTimer, ReportsSoonAfterTheAnswerToAKey) {
  ReportTimer timer(At(0));
  timer.Reported(At(0));
  timer.Input(At(200));
  EXPECT_EQ(timer.due(), At(300));
  timer.Output(At(210));
  EXPECT_EQ(timer.due(), At(240));
  timer.Reported(At(240));
  EXPECT_EQ(timer.due(), At(1240));
}

TEST(ReportTimer, ReportsEverySecondWhileOutputFlows) {
  ReportTimer timer(At(0));
  timer.Reported(At(0));
  for (int ms = 0; ms < 5000; ms += 20) timer.Output(At(ms));
  EXPECT_EQ(timer.due(), At(1030));
}

// A report before the shell has acted on the key would hold the VM with the key unanswered.
TEST(ReportTimer, LetsTheShellActOnAKeyFirst) {
  ReportTimer timer(At(0));
  timer.Reported(At(0));
  timer.Input(At(999));
  EXPECT_EQ(timer.due(), At(1099));
}

}  // namespace
}  // namespace dualpath::terminal
