#include "helpers/process/process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cstdlib>
#include <optional>
#include <thread>

#include "helpers/base/eventually.h"
#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::process {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

/// A file in which a descendant of a child writes its pid.
class PidFile {
 public:
  const std::string& path() const { return path_; }

  /// 0: nothing is written yet.
  int pid() const {
    const auto content = ReadFile(path_);
    return content.ok() ? std::atoi(content->c_str()) : 0;
  }

 private:
  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
  std::string path_ = directory_.path() + "/pid";
};

/// Returns false for a zombie, too: when an orphan is reaped is out of our control.
bool Runs(int pid) {
  const auto stat = ReadFile("/proc/" + std::to_string(pid) + "/stat");
  return stat.ok() && stat->find(") Z ") == std::string::npos;
}

bool EndsSoon(int pid) {
  return PollUntil(Deadline::In(seconds(10)), [pid] { return !Runs(pid); });
}

TEST(Execute, CollectsBothOutputsAndTheExitCode) {
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

TEST(Execute, TheChildInheritsNoBlockedSignals) {
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

/// Runs `script`, which writes a descendant's pid to the file $0, past the deadline. A loaded
/// machine may not start the descendant before the first deadline.
std::string ErrorPastTheDeadline(const std::string& script, const PidFile& file) {
  for (const int deadline_ms : {300, 3000, 30000}) {
    const auto output = Execute({{"sh", "-c", script, file.path()}},
                                Deadline::InUnscaled(milliseconds(deadline_ms)));
    if (output.ok()) return "ended before the deadline";
    if (file.pid() != 0) return output.error().reason();
  }
  return "the descendant never ran";
}

TEST(Execute, KillsALeaderThatIgnoresSigtermAndItsDescendants) {
  const PidFile file;
  EXPECT_EQ(
      ErrorPastTheDeadline("echo begun; trap '' TERM; sleep 100 & echo $! > $0; wait; wait", file),
      "deadline expired; output: begun");
  EXPECT_TRUE(EndsSoon(file.pid()));
}

TEST(Execute, KillsADescendantThatIgnoresSigtermUnderALeaderThatDoesNot) {
  const PidFile file;
  EXPECT_EQ(ErrorPastTheDeadline("(trap '' TERM; exec sleep 100) & echo $! > $0; wait", file),
            "deadline expired; no output");
  EXPECT_TRUE(EndsSoon(file.pid()));
}

TEST(Execute, LeavesDescendantsOfAChildThatEndsInTimeRunning) {
  const PidFile file;
  const auto output =
      Execute({{"sh", "-c", "sleep 100 & echo $! > $0", file.path()}}, Deadline::In(seconds(10)));
  ASSERT_TRUE(output.ok()) << output.error().ToString();
  ASSERT_NE(file.pid(), 0);
  EXPECT_TRUE(Runs(file.pid()));
  ::kill(file.pid(), SIGKILL);
}

TEST(Execute, ReturnsEvenIfADescendantKeepsThePipeOpen) {
  const auto output = Execute({{"sh", "-c", "sleep 20 & echo done"}}, Deadline::In(seconds(5)));
  ASSERT_TRUE(output.ok()) << output.error().ToString();
  EXPECT_EQ(output->out, "done\n");
}

TEST(Execute, NamesTheMissingProgram) {
  const auto output = Execute({{"no-such-program", "-x"}}, Deadline::In(seconds(1)));
  ASSERT_FALSE(output.ok());
  EXPECT_THAT(output.error().ToString(), HasSubstr("run: no-such-program -x: no such program"));
}

TEST(ExecuteChecked, ANonZeroExitIsAnErrorThatQuotesStandardError) {
  const auto output =
      ExecuteChecked({{"sh", "-c", "echo why >&2; exit 7"}}, Deadline::In(seconds(10)));
  ASSERT_FALSE(output.ok());
  EXPECT_THAT(output.error().ToString(), HasSubstr("exit status 7; output: why"));
}

TEST(Background, IsKilledWithItsDescendantsByTheDestructor) {
  const PidFile file;
  int leader = 0;
  {
    auto child = Background::Start(
        {{"sh", "-c", "trap '' TERM; sleep 100 & echo $! > $0; wait", file.path()}}, {"/dev/null"});
    ASSERT_TRUE(child.ok()) << child.error().ToString();
    leader = child->pid();
    EXPECT_TRUE(PollUntil(Deadline::In(seconds(10)), [&] { return file.pid() != 0; }));
    EXPECT_TRUE(child->Running());
    EXPECT_TRUE(Runs(file.pid()));
  }
  EXPECT_EQ(::kill(leader, 0), -1);
  EXPECT_TRUE(EndsSoon(file.pid()));
}

TEST(Background, KillEndsTheDescendantsOfAnEndedLeader) {
  const PidFile file;
  auto child = Background::Start({{"sh", "-c", "sleep 100 & echo $! > $0; exit 5", file.path()}},
                                 {"/dev/null"});
  ASSERT_TRUE(child.ok()) << child.error().ToString();
  const auto exit = child->Wait(Deadline::In(seconds(10)));
  ASSERT_TRUE(exit.ok()) << exit.error().ToString();
  EXPECT_EQ(exit->code, 5);
  EXPECT_FALSE(child->Running());
  ASSERT_NE(file.pid(), 0);
  EXPECT_TRUE(Runs(file.pid()));
  child->Kill();
  EXPECT_TRUE(EndsSoon(file.pid()));
  EXPECT_EQ(child->Wait(Deadline::In(seconds(10)))->code, 5) << "remembered after the kill";
}

TEST(Background, ReportsTheSignalThatKilledIt) {
  auto child = Background::Start({{"sleep", "100"}}, {"/dev/null"});
  ASSERT_TRUE(child.ok()) << child.error().ToString();
  const auto running = child->Wait(Deadline::InUnscaled(milliseconds(10)));
  ASSERT_FALSE(running.ok());
  EXPECT_EQ(running.error().ToString(), "wait for: sleep 100: deadline expired; still running");
  child->Kill();
  EXPECT_EQ(child->Wait(Deadline::In(seconds(10)))->signal, SIGKILL);
}

/// Returns the state of a process, the letter in /proc/PID/stat.
char StateOf(int pid) {
  const auto stat = ReadFile("/proc/" + std::to_string(pid) + "/stat");
  const std::size_t at = stat.ok() ? stat->rfind(") ") : std::string::npos;
  return at == std::string::npos ? '?' : (*stat)[at + 2];
}

TEST(Background, IsPausedUntilItIsContinued) {
  auto child = Background::Start({{"sleep", "1000"}}, {});
  ASSERT_TRUE(child.ok()) << child.error().ToString();
  const auto in_state = [&](char state) {
    return PollUntil(Deadline::In(seconds(10)), [&] { return StateOf(child->pid()) == state; });
  };
  child->Pause();
  EXPECT_TRUE(in_state('T'));
  EXPECT_TRUE(child->Running());
  child->Continue();
  EXPECT_TRUE(in_state('S'));
  child->Pause();
  child->Kill();
  EXPECT_FALSE(child->Running());
}

TEST(Background, DiesWithTheThreadThatStartedIt) {
  std::optional<Background> child;
  std::thread([&] {
    auto started = Background::Start({{"sleep", "100"}}, {"/dev/null"});
    ASSERT_TRUE(started.ok()) << started.error().ToString();
    child.emplace(std::move(*started));
  }).join();
  ASSERT_TRUE(child);
  const auto exit = child->Wait(Deadline::In(seconds(10)));
  ASSERT_TRUE(exit.ok()) << exit.error().ToString();
  EXPECT_EQ(exit->signal, SIGKILL);
}

TEST(Execute, AConfinedProgramHasNoCapabilitiesAndGainsNone) {
  Command command{{"cat", "/proc/self/status"}};
  command.confined = true;
  const auto status = ExecuteChecked(command, Deadline::In(std::chrono::seconds(10)));
  ASSERT_TRUE(status.ok()) << status.error().ToString();
  for (const char* line :
       {"NoNewPrivs:\t1", "CapPrm:\t0000000000000000", "CapEff:\t0000000000000000"}) {
    EXPECT_THAT(*status, ::testing::HasSubstr(line));
  }
}

}  // namespace
}  // namespace dualpath::process
