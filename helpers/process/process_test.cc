#include "helpers/process/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "helpers/base/eventually.h"

namespace dualpath::process {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

TEST(Execute, GathersBothOutputsAndTheExitCode) {
  const auto output =
      Execute({{"sh", "-c", "echo out; echo err >&2; exit 3"}}, Deadline::In(seconds(10)));
  ASSERT_TRUE(output.ok()) << output.error().ToString();
  EXPECT_EQ(output->out, "out\n");
  EXPECT_EQ(output->err, "err\n");
  EXPECT_EQ(output->exit.ToString(), "exit status 3");
}

TEST(Execute, DoesNotBlockOnMoreOutputThanAPipeHolds) {
  const auto output =
      Execute({{"sh", "-c", "head -c 1000000 /dev/zero; head -c 1000000 /dev/zero >&2"}},
              Deadline::In(seconds(10)));
  ASSERT_TRUE(output.ok()) << output.error().ToString();
  EXPECT_EQ(output->out.size(), 1000000U);
  EXPECT_EQ(output->err.size(), 1000000U);
}

TEST(Execute, FeedsStandardInputAndEnvironment) {
  const auto output = Execute({{"sh", "-c", "cat; echo $DUALPATH_WORD; pwd"},
                               std::string(200000, 'x'),
                               "/",
                               {{"DUALPATH_WORD", "map"}}},
                              Deadline::In(seconds(10)));
  ASSERT_TRUE(output.ok()) << output.error().ToString();
  EXPECT_EQ(output->out, std::string(200000, 'x') + "map\n/\n");
}

TEST(Execute, SurvivesAChildThatDoesNotReadItsInput) {
  const auto output =
      Execute({{"sh", "-c", "exit 3"}, std::string(1000000, 'x')}, Deadline::In(seconds(10)));
  ASSERT_TRUE(output.ok()) << output.error().ToString();
  EXPECT_EQ(output->exit.code, 3);
}

TEST(Execute, GivesTheChildNoneOfOurBlockedSignals) {
  sigset_t blocked;
  sigset_t before;
  ::sigemptyset(&blocked);
  ::sigaddset(&blocked, SIGTERM);
  ::pthread_sigmask(SIG_BLOCK, &blocked, &before);
  const auto output = Execute({{"sh", "-c", "kill $$; echo alive"}}, Deadline::In(seconds(10)));
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ASSERT_TRUE(output.ok()) << output.error().ToString();
  EXPECT_EQ(output->exit.signal, SIGTERM);
}

TEST(Execute, NamesTheSignalThatKilledTheChild) {
  const auto output = Execute({{"sh", "-c", "kill -9 $$"}}, Deadline::In(seconds(10)));
  ASSERT_TRUE(output.ok()) << output.error().ToString();
  EXPECT_EQ(output->exit.signal, SIGKILL);
  EXPECT_FALSE(output->exit.ok());
}

TEST(Execute, KillsTheWholeGroupWhenTheDeadlineExpires) {
  const auto started = Deadline::Clock::now();
  const auto output = Execute({{"sh", "-c", "echo begun; trap '' TERM; sleep 100 & wait; wait"}},
                              Deadline::InUnscaled(milliseconds(200)));
  ASSERT_FALSE(output.ok());
  EXPECT_THAT(output.error().ToString(), HasSubstr("deadline expired; it printed: begun"));
  EXPECT_LT(Deadline::Clock::now() - started, seconds(8));
}

TEST(Execute, ReturnsAlthoughADaemonHoldsThePipeOpen) {
  const auto output = Execute({{"sh", "-c", "sleep 20 & echo done"}}, Deadline::In(seconds(5)));
  ASSERT_TRUE(output.ok()) << output.error().ToString();
  EXPECT_EQ(output->out, "done\n");
}

TEST(Execute, SaysWhichProgramIsMissing) {
  const auto output = Execute({{"no-such-program", "-x"}}, Deadline::In(seconds(1)));
  ASSERT_FALSE(output.ok());
  EXPECT_THAT(output.error().ToString(), HasSubstr("run: no-such-program -x: no such program"));
}

TEST(ExecuteChecked, TurnsANonZeroExitIntoAnErrorWithItsWords) {
  const auto output =
      ExecuteChecked({{"sh", "-c", "echo why >&2; exit 7"}}, Deadline::In(seconds(10)));
  ASSERT_FALSE(output.ok());
  EXPECT_THAT(output.error().ToString(), HasSubstr("exit status 7; it printed: why"));
}

TEST(Background, IsKilledByItsOwner) {
  int pid = 0;
  {
    auto child = Background::Start({{"sleep", "100"}}, {"/dev/null"});
    ASSERT_TRUE(child.ok()) << child.error().ToString();
    pid = child->pid();
    EXPECT_TRUE(child->Running());
  }
  EXPECT_EQ(::kill(pid, 0), -1);
}

TEST(Background, ReportsHowItEnded) {
  auto child = Background::Start({{"sh", "-c", "exit 5"}}, {"/dev/null"});
  ASSERT_TRUE(child.ok()) << child.error().ToString();
  const auto exit = child->Wait(Deadline::In(seconds(10)));
  ASSERT_TRUE(exit.ok()) << exit.error().ToString();
  EXPECT_EQ(exit->code, 5);
}

}  // namespace
}  // namespace dualpath::process
