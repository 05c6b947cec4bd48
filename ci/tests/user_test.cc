// What `dualpath exec` comes to when something happens to it, not to its case: signals, its QEMU
// killed, a full disk, another run, results that belong to somebody else, ctest's opinion.

#include <gmock/gmock.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <filesystem>
#include <string>
#include <tuple>
#include <vector>

#include "ci/tests/exec_fixture.h"
#include "ci/tests/processes.h"
#include "helpers/base/eventually.h"
#include "helpers/base/exit_code.h"
#include "helpers/base/file.h"
#include "helpers/matchers/status_matchers.h"

namespace dualpath::tests {
namespace {

namespace fs = std::filesystem;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kBusy[] = "Vm.SaysThatItIsBusy";
constexpr char kPassing[] = "ProcessEnd.Passes";
constexpr minutes kLongestStart{12};  // includes making the program's snapshot
constexpr seconds kLongestEnd{30};

class Disturbed : public ExecTest {
 protected:
  std::string LogFile() const { return Temporary() + "/../log"; }

  std::string Log() const {
    const auto log = ReadFile(LogFile());
    return log.ok() ? *log : log.error().ToString();
  }

  /// Starts a run, and returns it once its case is busy.
  Result<process::Background> StartBusy() const {
    DUALPATH_TRY(process::Background run, process::Background::Start(Exec(kBusy), {LogFile()}));
    DUALPATH_TRY_STATUS(WaitUntil("wait for the case", kBusy, Deadline::In(kLongestStart), [&] {
      if (!run.Running()) return "it has ended: " + Log();
      return Log().find("the case is busy") == std::string::npos ? std::string("not busy yet")
                                                                 : std::string();
    }));
    return run;
  }
};

class Signaled : public Disturbed, public ::testing::WithParamInterface<int> {};

TEST_P(Signaled, ExecEndsItsVmAndHasNoVerdict) {
  ASSERT_OK_AND_ASSIGN(process::Background run, StartBusy());
  ASSERT_OK_AND_ASSIGN(const int vm, ChildOf(run.pid()));

  ASSERT_EQ(::kill(run.pid(), GetParam()), 0);

  ASSERT_OK_AND_ASSIGN(const process::Exit exit, run.Wait(Deadline::In(kLongestEnd)));
  EXPECT_EQ(exit.code, kInfrastructure) << exit.ToString();
  EXPECT_THAT(Log(), HasSubstr(std::string("interrupted (") + ::strsignal(GetParam()) + ")"));
  EXPECT_FALSE(IsRunning(vm));
  ExpectVerdict(kBusy, "error", HasSubstr("no verdict yet"));
  ExpectNothingLeft();
}

INSTANTIATE_TEST_SUITE_P(With, Signaled, ::testing::Values(SIGINT, SIGTERM, SIGHUP),
                         [](const auto& row) { return "Signal" + std::to_string(row.param); });

TEST_F(Disturbed, AKilledExecHasNoVerdictAndItsVmEnds) {
  ASSERT_OK_AND_ASSIGN(process::Background run, StartBusy());
  ASSERT_OK_AND_ASSIGN(const int vm, ChildOf(run.pid()));

  ASSERT_EQ(::kill(run.pid(), SIGKILL), 0);

  ASSERT_OK_AND_ASSIGN(const process::Exit exit, run.Wait(Deadline::In(kLongestEnd)));
  EXPECT_EQ(exit.signal, SIGKILL);
  EXPECT_TRUE(PollUntil(Deadline::In(kLongestEnd), [&] { return !IsRunning(vm); }));
  ExpectVerdict(kBusy, "error", HasSubstr("no verdict yet"));
}

TEST_F(Disturbed, AKilledVmHasNoVerdict) {
  ASSERT_OK_AND_ASSIGN(process::Background run, StartBusy());
  ASSERT_OK_AND_ASSIGN(const int vm, ChildOf(run.pid()));

  ASSERT_EQ(::kill(vm, SIGKILL), 0);

  ASSERT_OK_AND_ASSIGN(const process::Exit exit, run.Wait(Deadline::In(kLongestEnd)));
  EXPECT_EQ(exit.code, kInfrastructure) << exit.ToString();
  ExpectVerdict(kBusy, "error", HasSubstr("closed"));
  for (const char* file : {"/console.log", "/qemu.log"}) {
    EXPECT_TRUE(fs::exists(DirectoryOf(kBusy) + file)) << file;
  }
  ExpectNothingLeft();
}

/// Results on a file system of this size.
class Crowded : public Disturbed, public ::testing::WithParamInterface<const char*> {
 protected:
  /// Runs `command` in a mount namespace in which the results are on a small tmpfs. The results are
  /// copied to `Copy()`.
  process::Command OnSmallDisk(process::Command command) const {
    std::vector<std::string> argv = Unshare();
    const char* const script =
        "size=$0; results=$1; copy=$2; shift 2\n"
        "mount -t tmpfs -o size=$size none $results || exit 126\n"
        "\"$@\"; code=$?; cp -r $results $copy; exit $code";
    argv.insert(argv.end(), {"sh", "-c", script, GetParam(), Results(), Copy()});
    argv.insert(argv.end(), command.argv.begin(), command.argv.end());
    command.argv = argv;
    return command;
  }

  static std::vector<std::string> Unshare() {
    if (::geteuid() == 0) return {"unshare", "--mount"};
    return {"unshare", "--mount", "--user", "--map-root-user"};
  }

  std::string Copy() const { return Temporary() + "/../copy"; }
};

TEST_P(Crowded, ResultsWithoutRoomAreNoVerdict) {
  std::vector<std::string> attempt = Unshare();
  attempt.insert(attempt.end(), {"mount", "-t", "tmpfs", "none", "/mnt"});
  const auto possible = process::ExecuteChecked({attempt}, Deadline::In(kLongestEnd));
  if (!possible.ok()) GTEST_SKIP() << possible.error().ToString();

  ASSERT_OK_AND_ASSIGN(const process::Output output,
                       process::Execute(OnSmallDisk(Exec(kPassing)), Deadline::In(kLongestStart)));

  EXPECT_EQ(output.exit.code, kInfrastructure) << output.exit.ToString() << output.err;
  EXPECT_THAT(output.err, HasSubstr("No space left on device"));
  const auto junit = ReadJunit(Copy() + "/junit.xml");
  if (junit.ok()) {
    ASSERT_EQ(junit->cases.size(), 1U);
    EXPECT_EQ(junit->cases[0].verdict, "error");
  }
  ExpectNothingLeft();
}

INSTANTIATE_TEST_SUITE_P(By, Crowded, ::testing::Values("4k", "16k"),
                         [](const auto& row) { return std::string(row.param); });

TEST_F(Disturbed, TwoRunsOfACaseAtATimeBothHaveTheirVerdict) {
  ASSERT_OK_AND_ASSIGN(process::Background first,
                       process::Background::Start(Exec(kPassing), {LogFile()}));
  ASSERT_OK_AND_ASSIGN(const process::Output second, Run(kPassing));
  ASSERT_OK_AND_ASSIGN(const process::Exit exit, first.Wait(Deadline::In(kLongestStart)));
  EXPECT_EQ(exit.code, kAllPassed) << exit.ToString() << Log();
  EXPECT_EQ(second.exit.code, kAllPassed) << second.err;
  ExpectVerdict(kPassing, "passed", IsEmpty());
  for (const char* file : {"/timeline.html", "/records.ndjson", "/gtest.xml", "/timing.json"}) {
    EXPECT_TRUE(fs::exists(DirectoryOf(kPassing) + file)) << file;
  }
  ExpectNothingLeft();
}

TEST_F(Disturbed, ResultsThatCannotBeWrittenAreNoVerdict) {
  process::Command command = Exec(kPassing);
  if (::geteuid() == 0) {
    // Root may write everywhere.
    command.argv.insert(command.argv.begin(),
                        {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"});
    fs::permissions(Results() + "/..", fs::perms::all);
    fs::permissions(Temporary(), fs::perms::all);
  } else {
    fs::permissions(Results(), fs::perms::owner_read | fs::perms::owner_exec);
  }
  ASSERT_OK_AND_ASSIGN(const process::Output output,
                       process::Execute(command, Deadline::In(kLongestStart)));
  EXPECT_EQ(output.exit.code, kInfrastructure) << output.err;
  EXPECT_THAT(output.err, AllOf(HasSubstr("Permission denied"), HasSubstr(Results())));
}

/// A case of ci/tests/self under ctest.
Result<process::Output> Ctest(const std::string& test, const std::string& results) {
  process::Command command;
  command.argv = {DUALPATH_CTEST, "-R", "^" + test + "$", "-FA", "place"};
  command.working_directory = DUALPATH_CTEST_DIRECTORY;
  command.environment = {{"DUALPATH_SELF_CASES", "1"}, {"DUALPATH_RESULTS", results}};
  return process::Execute(command, Deadline::In(kLongestStart));
}

TEST_F(Disturbed, CtestSeesTheVerdictAndNotTheOutput) {
  for (const auto& [test, word, succeeds] :
       {std::tuple{"Output.HasMarkersAndACaseFails", "***Failed", false},
        std::tuple{"Output.HasMarkersAndACaseCrashes", "***Failed", false},
        std::tuple{"Output.HasMarkersAndACasePasses", "   Passed", true},
        std::tuple{"ProcessEnd.Skips", "***Skipped", true},
        std::tuple{"ProcessEnd.ExitsAsIfSkipped", "***Failed", false},
        std::tuple{"ProcessEnd.ExitsAsIfPassed", "***Failed", false}}) {
    SCOPED_TRACE(test);
    ASSERT_OK_AND_ASSIGN(const process::Output output, Ctest(test, Results()));
    EXPECT_THAT(output.out, HasSubstr(word));
    EXPECT_THAT(output.out, HasSubstr("Total Test time"));
    EXPECT_EQ(output.exit.ok(), succeeds) << output.exit.ToString();
  }
}

TEST_F(Disturbed, CtestRunsNoSelfTestCaseUnlessRequested) {
  process::Command command;
  command.argv = {DUALPATH_CTEST, "-N"};
  command.working_directory = DUALPATH_CTEST_DIRECTORY;
  ASSERT_OK_AND_ASSIGN(const process::Output none,
                       process::Execute(command, Deadline::In(kLongestEnd)));
  EXPECT_THAT(none.out, HasSubstr("Total Tests: 0"));
}

}  // namespace
}  // namespace dualpath::tests
