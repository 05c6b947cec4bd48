// Tests of `dualpath shell` on a terminal, each in a separate VM.

#include <gmock/gmock.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <sstream>

#include "ci/tests/processes.h"
#include "ci/tests/pty.h"
#include "helpers/base/exit_code.h"
#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/lab/image/cache.h"
#include "helpers/lab/watch.h"
#include "helpers/matchers/eventually.h"
#include "helpers/matchers/status_matchers.h"
#include "helpers/matchers/topology_matchers.h"
#include "helpers/multipath/topology_parser.h"
#include "helpers/process/process.h"

namespace dualpath {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using tests::ChildOf;
using tests::IsRunning;

constexpr char kProgram[] = DUALPATH_PROGRAM;
constexpr seconds kStart{120};  // long, since cases may run at the same time
constexpr seconds kEnd{30};
constexpr char kPrompt[] = "[root@dualpath-lab ~]# ";
constexpr char kFailFirstPath[] = R"sh(
until dualpath-rig io | grep -q running; do sleep 1; done
disk=$(multipath -ll | grep -o 'sd[a-z]' | head -n 1)
echo 1 > "/sys/block/$disk/device/delete"
until [ "$(multipath -ll | grep -c 'sd[a-z]')" = 1 ]; do sleep 1; done
echo kept > /tmp/mark
)sh";
constexpr char kControlC[] = "\x03";

class ShellTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(TemporaryDirectory directory, TemporaryDirectory::Create());
    directory_.emplace(std::move(directory));
  }

  /// Starts a shell and waits for its first prompt.
  Result<Pty> Shell(const std::vector<std::string>& words = {},
                    const std::string& terminal = "dumb") {
    DUALPATH_TRY(Pty pty, Start(words, terminal));
    DUALPATH_TRY(banner_, pty.ReadUpTo(kPrompt, kStart));
    return pty;
  }

  Result<Pty> Start(const std::vector<std::string>& words = {},
                    const std::string& terminal = "dumb") {
    std::vector<std::string> argv = {kProgram, "shell"};
    argv.insert(argv.end(), words.begin(), words.end());
    Pty::Options options;
    options.terminal = terminal;
    options.temporary_directory = directory_->path();
    return Pty::Start(argv, options);
  }

  /// Runs `dualpath WORDS` with `input` as its standard input.
  Result<process::Output> Dualpath(const std::vector<std::string>& words,
                                   const std::string& input = "") {
    process::Command command;
    command.argv = {kProgram};
    command.argv.insert(command.argv.end(), words.begin(), words.end());
    command.stdin_text = input;
    command.environment = {{"TMPDIR", directory_->path()}};
    return process::Execute(command, Deadline::In(kStart));
  }

  /// Returns the files left in the directory for temporary files, except its lock.
  std::set<std::string> LeftBehind() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(directory_->path())) {
      const std::string name = entry.path().filename().string();
      if (name != "lock") names.insert(name);
    }
    return names;
  }

  std::optional<TemporaryDirectory> directory_;
  std::string banner_;
};

Result<multipath::Map> MapIn(const std::string& multipath_ll) {
  const multipath::Topology topology = multipath::ParseTopology(multipath_ll);
  if (topology.maps.size() == 1) return topology.maps[0];
  return Error::Because("find one map", "in the output of multipath -ll", multipath_ll);
}

Observable<multipath::Map> MultipathLl(Pty& pty) {
  return {"multipath -ll", [&pty]() -> Result<multipath::Map> {
            DUALPATH_TRY(const std::string output, pty.Run("multipath -ll"));
            return MapIn(output);
          }};
}

using Seconds = std::chrono::duration<double>;

/// Lets time pass on this machine, in which nothing is typed.
void LeaveAlone(seconds time) {
  PollUntil(Deadline::In(time), [] { return false; });
}

/// Returns the VM's clock.
Result<Seconds> UptimeIn(Pty& pty) {
  DUALPATH_TRY(const std::string text, pty.Run("cat /proc/uptime"));
  std::istringstream words(text);
  double uptime = 0;
  if (words >> uptime) return Seconds(uptime);
  return Error::Because("read", "/proc/uptime", text);
}

/// How far both clocks went while a shell was left alone, and the CPU time of its VM.
struct TimeAlone {
  Seconds ours;
  Seconds vms;
  Seconds cpu;
};

Result<TimeAlone> Leave(Pty& pty, seconds time) {
  DUALPATH_TRY(const int vm, ChildOf(pty.pid()));
  const auto cpu = lab::Watch::OfProcess(vm);
  DUALPATH_TRY(const Seconds uptime, UptimeIn(pty));
  const auto begun = std::chrono::steady_clock::now();
  const auto used = cpu();
  LeaveAlone(time);
  const Seconds more = cpu() - used;
  const Seconds ours = std::chrono::steady_clock::now() - begun;
  DUALPATH_TRY(const Seconds uptime_now, UptimeIn(pty));
  return TimeAlone{ours, uptime_now - uptime, more};
}

PathId Id(const multipath::Path& path) { return {path.hctl, {}, path.device}; }

TEST_F(ShellTest, RunsTheArticlesCommands) {
  ASSERT_OK_AND_ASSIGN(Pty root, Shell());
  EXPECT_THAT(banner_, HasSubstr("~. after Enter leaves"));

  // [3:0:1:0]    disk    LIO-ORG  storage          4.0   /dev/sdb
  ASSERT_OK_AND_ASSIGN(const std::string lsscsi, root.Run("lsscsi"));
  EXPECT_THAT(lsscsi, ContainsRegex("\\[[0-9]+:0:1:0\\] +disk +LIO-ORG +storage +4.0 +/dev/sd"));
  ASSERT_OK_AND_ASSIGN(const std::string targets, root.Run("targetcli ls"));
  for (const char* part : {"loopback", "Targets: 2", "naa.5001405f01234ba3", "naa.500230567123438b",
                           "fileio/storage", "storage.raw (1.0GiB)"}) {
    EXPECT_THAT(targets, HasSubstr(part));
  }
  ASSERT_OK_AND_ASSIGN(const std::string domains, root.Run("virsh list"));
  EXPECT_THAT(domains, ContainsRegex("dualpath-guest +running"));

  // Two groups with one path each; the first is active, since there is I/O.
  ASSERT_OK_AND_ASSIGN(const std::string topology, root.Run("multipath -ll"));
  ASSERT_OK_AND_ASSIGN(const multipath::Map map, MapIn(topology));
  EXPECT_EQ(map.vendor, "LIO-ORG");
  EXPECT_EQ(map.product, "storage");
  EXPECT_EQ(map.size, "1.0G");
  EXPECT_EQ(map.features, "1 queue_if_no_path");
  ASSERT_THAT(map.groups, SizeIs(2));
  ASSERT_THAT(map.groups[0].paths, SizeIs(1));
  ASSERT_THAT(map.groups[1].paths, SizeIs(1));
  const PathId first = Id(map.groups[0].paths[0]);
  const PathId second = Id(map.groups[1].paths[0]);
  EXPECT_THAT(lsscsi, HasSubstr("[" + first.hctl + "]"));
  EXPECT_THAT(lsscsi, HasSubstr("[" + second.hctl + "]"));
  EXPECT_THAT(MultipathLl(root), Eventually(PathGroups({Active(first), Enabled(second)})));

  // Fail over.
  ASSERT_OK_AND_ASSIGN(const std::string nothing,
                       root.Run("echo 1 > /sys/block/" + first.device + "/device/delete"));
  EXPECT_THAT(nothing, IsEmpty());
  EXPECT_THAT(MultipathLl(root), Eventually(PathGroups({Active(second)})));
  ASSERT_OK_AND_ASSIGN(const std::string table, root.Run("dmsetup table " + map.alias));
  EXPECT_THAT(table,
              ContainsRegex("multipath 1 queue_if_no_path .*1 1 service-time 0 1 [12] 8:[0-9]+ "));
  ASSERT_OK_AND_ASSIGN(const std::string journal,
                       root.Run("journalctl --no-pager -u multipathd | grep 'from map'"));
  EXPECT_THAT(journal, HasSubstr("path removed from map " + map.alias));
  ASSERT_OK_AND_ASSIGN(const std::string kernel, root.Run("dmesg | grep Synchronizing"));
  EXPECT_THAT(kernel, HasSubstr("[" + first.device + "] Synchronizing SCSI cache"));

  // Recover.
  const std::string host = first.hctl.substr(0, first.hctl.find(':'));
  ASSERT_OK(root.Run("echo \"- - -\" > /sys/class/scsi_host/host" + host + "/scan"));
  EXPECT_THAT(MultipathLl(root), Eventually(PathGroups({Active(second), Enabled(first)})));

  // The guest kept writing without errors.
  ASSERT_OK_AND_ASSIGN(const std::string io, root.Run("dualpath-rig io"));
  EXPECT_THAT(io, ContainsRegex("[1-9][0-9]* completed"));
  EXPECT_THAT(io, HasSubstr("running"));
  EXPECT_THAT(io, HasSubstr("(0 failed)"));

  ASSERT_OK(root.Type("exit\r"));
  ASSERT_OK_AND_ASSIGN(const int code, root.WaitForEnd(kEnd));
  EXPECT_EQ(code, 0);
  EXPECT_TRUE(root.IsCooked());
  EXPECT_THAT(LeftBehind(), IsEmpty());
}

TEST_F(ShellTest, BehavesLikeATerminal) {
  ASSERT_OK_AND_ASSIGN(Pty root, Shell({}, "xterm-256color"));
  EXPECT_FALSE(root.IsCooked());
  // Turns off colors and the escape sequences of bracketed paste.
  ASSERT_OK(root.Type("bind 'set enable-bracketed-paste off'; TERM=dumb\r"));
  ASSERT_OK(root.ReadUpTo(kPrompt, kEnd));

  ASSERT_OK_AND_ASSIGN(const std::string size, root.Run("stty size; tty"));
  EXPECT_THAT(size, ContainsRegex("^50 250\n/dev/pts/[0-9]+\n$"));
  ASSERT_OK(root.Resize(40, 132));
  const Observable<std::string> resized = {"stty size", [&] { return root.Run("stty size"); }};
  EXPECT_THAT(resized, Eventually(std::string("40 132\n")));

  // The word is split so that the echoed command does not match.
  ASSERT_OK(root.Type("sh -c 'echo be''gun; exec sleep 100000'\r"));
  ASSERT_OK(root.ReadUpTo("begun\r\n", kEnd));
  ASSERT_OK(root.Type(kControlC));
  ASSERT_OK(root.ReadUpTo(kPrompt, kEnd));
  ASSERT_OK_AND_ASSIGN(const std::string interrupted, root.Run("echo $?"));
  EXPECT_EQ(interrupted, "130\n");

  ASSERT_OK(root.Type("sh -c 'echo be''gun; exec sleep 100000'\r"));
  ASSERT_OK(root.ReadUpTo("begun\r\n", kEnd));
  ASSERT_OK(root.Type("\x1a"));  // Ctrl-Z
  ASSERT_OK(root.ReadUpTo(kPrompt, kEnd));
  ASSERT_OK_AND_ASSIGN(const std::string jobs, root.Run("jobs"));
  EXPECT_THAT(jobs, HasSubstr("Stopped"));
  ASSERT_OK(root.Run("kill -9 %1"));
  ASSERT_OK(root.Run("sleep 1"));  // bash reports the end of the job before the next prompt

  // SIGPIPE has its default action.
  ASSERT_OK_AND_ASSIGN(const std::string pipe, root.Run("yes | head -n 1; echo ${PIPESTATUS[0]}"));
  EXPECT_EQ(pipe, "y\n141\n");

  ASSERT_OK(root.Type("exit 3\r"));
  ASSERT_OK_AND_ASSIGN(const int code, root.WaitForEnd(kEnd));
  EXPECT_EQ(code, 3);
  EXPECT_TRUE(root.IsCooked());
}

TEST_F(ShellTest, ShowsAllOutput) {
  ASSERT_OK_AND_ASSIGN(Pty root, Shell());
  ASSERT_OK_AND_ASSIGN(const std::string numbers, root.Run("seq 20000"));
  EXPECT_EQ(numbers.size(), 108894U);
  EXPECT_THAT(numbers, ::testing::EndsWith("19999\n20000\n"));
  ASSERT_OK(root.Type("seq 5000; exit\r"));
  ASSERT_OK(root.WaitForEnd(kEnd));
  EXPECT_THAT(root.rest(), HasSubstr("4999\r\n5000\r\n"));
}

TEST_F(ShellTest, TheEscapeEndsTheShell) {
  ASSERT_OK_AND_ASSIGN(Pty root, Shell());
  ASSERT_OK_AND_ASSIGN(const int vm, ChildOf(root.pid()));
  ASSERT_OK(root.Type("\r~?"));
  ASSERT_OK(root.ReadUpTo("dualpath cp, on another terminal.\r\n", kEnd));
  ASSERT_OK(root.Type("sleep 100000\r~."));
  ASSERT_OK_AND_ASSIGN(const int code, root.WaitForEnd(kEnd));
  EXPECT_EQ(code, 0);
  EXPECT_TRUE(root.IsCooked());
  EXPECT_FALSE(IsRunning(vm));
  EXPECT_THAT(LeftBehind(), IsEmpty());
}

TEST_F(ShellTest, RestoresTheTerminalWhenItIsKilledOrItsVmDies) {
  ASSERT_OK_AND_ASSIGN(Pty ended, Shell());
  ASSERT_OK_AND_ASSIGN(const int vm, ChildOf(ended.pid()));
  ASSERT_EQ(::kill(ended.pid(), SIGTERM), 0);
  ASSERT_OK_AND_ASSIGN(const int interrupted, ended.WaitForEnd(kEnd));
  EXPECT_EQ(interrupted, kInfrastructure);
  EXPECT_TRUE(ended.IsCooked());
  EXPECT_FALSE(IsRunning(vm));
  EXPECT_THAT(LeftBehind(), IsEmpty());

  ASSERT_OK_AND_ASSIGN(Pty orphaned, Shell());
  ASSERT_OK_AND_ASSIGN(const int its_vm, ChildOf(orphaned.pid()));
  ASSERT_EQ(::kill(its_vm, SIGKILL), 0);
  ASSERT_OK_AND_ASSIGN(const int failed, orphaned.WaitForEnd(kEnd));
  EXPECT_EQ(failed, kInfrastructure);
  EXPECT_TRUE(orphaned.IsCooked());
  EXPECT_THAT(orphaned.rest(), HasSubstr("the VM ended before the shell did"));
  EXPECT_THAT(LeftBehind(), IsEmpty());
}

TEST_F(ShellTest, LeavesNothingBehindWhenInterruptedDuringRestore) {
  for (const int milliseconds : {50, 150, 250, 350, 450}) {
    ASSERT_OK_AND_ASSIGN(Pty root, Start());
    PollUntil(Deadline::In(std::chrono::milliseconds(milliseconds)), [] { return false; });
    ASSERT_OK(root.Type(kControlC));
    const Result<int> code = root.WaitForEnd(kEnd);
    // On a fast machine, the shell may have started already.
    if (!code.ok() && root.rest().find(kPrompt) != std::string::npos) break;
    ASSERT_OK(code);
    EXPECT_EQ(*code, kInfrastructure) << root.rest();
    EXPECT_TRUE(root.IsCooked());
    EXPECT_THAT(LeftBehind(), IsEmpty());
  }
}

TEST_F(ShellTest, RunsAScriptWithoutATerminal) {
  ASSERT_OK_AND_ASSIGN(
      const process::Output output,
      Dualpath({"shell"},
               "multipath -ll\ntty\nread line\nfor the script itself\necho \"[$line]\"\n"
               "ls /nowhere\nsleep 30\nexit 7\necho not this\n"));
  EXPECT_EQ(output.exit.code, 7) << output.err;
  ASSERT_OK_AND_ASSIGN(const multipath::Map map, MapIn(output.out));
  EXPECT_THAT(map.groups, SizeIs(2));
  EXPECT_THAT(output.out, HasSubstr("not a tty\n[for the script itself]\n"));
  EXPECT_THAT(output.out, Not(HasSubstr("#")));
  EXPECT_THAT(output.out, Not(HasSubstr("not this")));
  EXPECT_THAT(output.err, HasSubstr("cannot access '/nowhere'"));
  EXPECT_THAT(output.err, Not(HasSubstr("~.")));
}

TEST_F(ShellTest, StartsBeforeTheRigIsUp) {
  ASSERT_OK_AND_ASSIGN(
      const process::Output output,
      Dualpath({"shell", "--no-rig"},
               "ls /dev/mapper/mpatha\ndualpath-rig 2> /dev/null || echo \"[$?]\"\n"));
  EXPECT_THAT(output.err, HasSubstr("cannot access '/dev/mapper/mpatha'"));
  EXPECT_EQ(output.out, "[2]\n");
}

TEST_F(ShellTest, RunsALongScriptCompletely) {
  std::string script = "cat > /tmp/copy <<'END'\n";
  for (int i = 0; i < 20000; ++i) script += "line " + std::to_string(i) + "\n";
  script += "END\nwc -l < /tmp/copy\nfalse\n";
  ASSERT_OK_AND_ASSIGN(const process::Output output, Dualpath({"shell"}, script));
  EXPECT_EQ(output.out, "20000\n");
  EXPECT_EQ(output.exit.code, 1) << output.err;
}

TEST_F(ShellTest, CopiesFilesToEachOfTwoShells) {
  ASSERT_OK_AND_ASSIGN(Pty first, Shell());
  ASSERT_OK_AND_ASSIGN(Pty second, Shell({"--name", "other"}));
  ASSERT_OK(first.Run("rm /sys/nothing; echo first > /tmp/which; chmod 600 /tmp/which"));
  ASSERT_OK_AND_ASSIGN(const std::string not_there, second.Run("cat /tmp/which"));
  EXPECT_THAT(not_there, HasSubstr("No such file"));

  const std::string file = directory_->path() + "/which";
  ASSERT_OK_AND_ASSIGN(const process::Output out, Dualpath({"cp", "lab:/tmp/which", file}));
  EXPECT_EQ(out.exit.code, 0) << out.err;
  ASSERT_OK_AND_ASSIGN(const std::string which, ReadFile(file));
  EXPECT_EQ(which, "first\n");
  EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);

  std::string large(std::size_t{3} << 20, 'x');
  for (std::size_t i = 0; i < large.size(); i += 7) large[i] = static_cast<char>(i % 251);
  ASSERT_OK(WriteFileAtomically(file, large));
  ASSERT_OK_AND_ASSIGN(const process::Output in, Dualpath({"cp", file, "other:/tmp"}));
  EXPECT_EQ(in.exit.code, 0) << in.err;
  ASSERT_OK_AND_ASSIGN(const process::Output back,
                       Dualpath({"cp", "other:/tmp/which", file + ".back"}));
  EXPECT_EQ(back.exit.code, 0) << back.err;
  ASSERT_OK_AND_ASSIGN(const std::string copied, ReadFile(file + ".back"));
  EXPECT_TRUE(copied == large) << copied.size() << " bytes of " << large.size();
  // Files of procfs have size 0.
  ASSERT_OK_AND_ASSIGN(const process::Output stdout_copy,
                       Dualpath({"cp", "other:/proc/cmdline", "/dev/stdout"}));
  EXPECT_THAT(stdout_copy.out, HasSubstr("console=ttyS0"));

  ASSERT_OK_AND_ASSIGN(const process::Output missing, Dualpath({"cp", "lab:/nowhere", file}));
  EXPECT_EQ(missing.exit.code, kInfrastructure);
  EXPECT_THAT(missing.err, HasSubstr("No such file"));
  ASSERT_OK_AND_ASSIGN(const process::Output refused, Dualpath({"cp", file, "lab:/no/where"}));
  EXPECT_EQ(refused.exit.code, kInfrastructure);
  ASSERT_OK_AND_ASSIGN(const std::string alive, first.Run("cat /tmp/which"));
  EXPECT_EQ(alive, "first\n");
  ASSERT_OK_AND_ASSIGN(const process::Output taken, Dualpath({"shell", "--name", "a/b"}));
  EXPECT_EQ(taken.exit.code, kUsage);
}

TEST_F(ShellTest, StartsFromASavedSnapshot) {
  // In the user's cache, since a separate one would need its own image; the name is unique.
  const std::string name = "test-" + std::to_string(::getpid());
  ASSERT_OK_AND_ASSIGN(const process::Output saved,
                       Dualpath({"shell", "--save", name}, kFailFirstPath));
  EXPECT_EQ(saved.exit.code, 0) << saved.err;
  for (int twice = 0; twice < 2; ++twice) {
    ASSERT_OK_AND_ASSIGN(Pty root, Shell({"--from", name}));
    ASSERT_OK_AND_ASSIGN(const std::string mark, root.Run("cat /tmp/mark; rm /tmp/mark"));
    EXPECT_EQ(mark, "kept\n");
    ASSERT_OK_AND_ASSIGN(const std::string topology, root.Run("multipath -ll"));
    ASSERT_OK_AND_ASSIGN(const multipath::Map map, MapIn(topology));
    EXPECT_THAT(map.groups, SizeIs(1));
    ASSERT_OK_AND_ASSIGN(const std::string io, root.Run("dualpath-rig io"));
    EXPECT_THAT(io, HasSubstr("running"));
  }
  // A snapshot saved in real time can only be restored in real time.
  ASSERT_OK_AND_ASSIGN(const process::Output live,
                       Dualpath({"shell", "--live", "--from", name, "--save", name}, "exit 5"));
  EXPECT_EQ(live.exit.code, 5) << live.err;
  ASSERT_OK_AND_ASSIGN(const process::Output jumping, Dualpath({"shell", "--from", name}));
  EXPECT_EQ(jumping.exit.code, kInfrastructure);
  EXPECT_THAT(jumping.err, HasSubstr("--live"));
  ASSERT_OK_AND_ASSIGN(const process::Output again,
                       Dualpath({"shell", "--live", "--from", name}, "cat /tmp/mark"));
  EXPECT_EQ(again.out, "kept\n") << again.err;
  ASSERT_OK_AND_ASSIGN(const process::Output unknown,
                       Dualpath({"shell", "--from", name + "-other"}));
  EXPECT_EQ(unknown.exit.code, kInfrastructure);
  EXPECT_THAT(unknown.err, HasSubstr("no snapshot is saved there"));
  ASSERT_OK_AND_ASSIGN(const lab::Cache cache, lab::Cache::Open());
  fs::remove_all(cache.root() + "/kept/" + name);
}

TEST_F(ShellTest, StartsWhereACaseFailed) {
  const std::string results = directory_->path() + "/results";
  const std::string name = "Failover.DeletingTheActivePathMovesIoToTheOther";
  ::setenv("DUALPATH_TIME_SCALE", "none", 1);  // not a number, so the case fails in SetUp
  const auto failed = Dualpath({"exec", "--keep-snapshot", "--results", results, "--",
                                DUALPATH_CASES, "--gtest_filter=" + name});
  ::unsetenv("DUALPATH_TIME_SCALE");
  ASSERT_OK(failed);
  EXPECT_EQ(failed->exit.code, kCaseFailed) << failed->err;
  ASSERT_OK_AND_ASSIGN(const process::Output shell,
                       Dualpath({"shell", "--results", results, "--at", name},
                                "grep -c '<failure' /run/dualpath/results/gtest.xml; "
                                "dualpath-rig io"));
  EXPECT_THAT(shell.out, HasSubstr("1\n0 issued")) << shell.err;
  EXPECT_EQ(shell.exit.code, 0);
}

TEST_F(ShellTest, SavesWhileItRuns) {
  const std::string name = "test-inside-" + std::to_string(::getpid());
  ASSERT_OK_AND_ASSIGN(Pty root, Shell());
  ASSERT_OK(root.Run("echo kept > /tmp/mark; cd /tmp; setsid sleep 100000 &"));
  ASSERT_OK(root.Type("~s " + name + "\r"));
  ASSERT_OK_AND_ASSIGN(const std::string saved, root.ReadUpTo("tmp]# ", kStart));
  EXPECT_THAT(saved, HasSubstr("saved; dualpath shell --from " + name + " starts there\r\n"));
  // The shell goes on where it was.
  ASSERT_OK_AND_ASSIGN(const std::string here, root.Run("pwd; dualpath-rig io; echo more > mark"));
  EXPECT_THAT(here, HasSubstr("/tmp\n"));
  EXPECT_THAT(here, HasSubstr(" running"));
  // What uses the payload's disk prevents it, and does no harm.
  ASSERT_OK(root.Run("cd /payload"));
  ASSERT_OK(root.Type("~s " + name + "\r"));
  ASSERT_OK_AND_ASSIGN(const std::string busy, root.ReadUpTo("payload]# ", kEnd));
  EXPECT_THAT(busy, HasSubstr("still uses /payload, as dualpath-rig does; end it first\r\n"));
  ASSERT_OK(root.Type("~s ../x\r"));
  ASSERT_OK_AND_ASSIGN(const std::string refused, root.ReadUpTo("payload]# ", kEnd));
  EXPECT_THAT(refused, HasSubstr("letters, digits, '-' and '_': ~s NAME\r\n"));
  ASSERT_OK(root.Type("exit 0\r"));
  ASSERT_OK(root.WaitForEnd(kEnd));

  ASSERT_OK_AND_ASSIGN(Pty from, Shell({"--from", name}));
  ASSERT_OK_AND_ASSIGN(const std::string mark, from.Run("cat /tmp/mark; pgrep -c sleep"));
  EXPECT_EQ(mark, "kept\n1\n");
  ASSERT_OK_AND_ASSIGN(const std::string io, from.Run("dualpath-rig io"));
  EXPECT_THAT(io, HasSubstr(" running"));
  ASSERT_OK_AND_ASSIGN(const process::Output script,
                       Dualpath({"shell", "--from", name}, "cat /tmp/mark; exit 3"));
  EXPECT_EQ(script.out, "kept\n") << script.err;
  EXPECT_EQ(script.exit.code, 3);
  ASSERT_OK_AND_ASSIGN(const lab::Cache cache, lab::Cache::Open());
  fs::remove_all(cache.root() + "/kept/" + name);
}

TEST_F(ShellTest, KeepsPaceAtThePrompt) {
  ASSERT_OK_AND_ASSIGN(Pty root, Shell());
  EXPECT_THAT(banner_, HasSubstr("keeps pace with yours at the prompt"));
  LeaveAlone(seconds(5));  // in which the writes are started
  ASSERT_OK_AND_ASSIGN(const TimeAlone alone, Leave(root, seconds(40)));
  // The VM runs in bursts of three seconds; reading the clock is a command, and takes some time.
  EXPECT_GT(alone.vms, alone.ours - Seconds(8));
  EXPECT_LT(alone.vms, alone.ours + Seconds(8));
  EXPECT_LT(alone.cpu.count(), 0.15 * alone.ours.count());

  // A command skips idle time, and so does a built-in one.
  for (const char* command : {"sleep 500", "read -t 500 < <(sleep 1000)"}) {
    const auto begun = std::chrono::steady_clock::now();
    ASSERT_OK_AND_ASSIGN(const Seconds before, UptimeIn(root));
    ASSERT_OK(root.Run(command));
    ASSERT_OK_AND_ASSIGN(const Seconds after, UptimeIn(root));
    EXPECT_GT(after - before, seconds(500)) << command;
    EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds(60)) << command;
  }

  // Also after a command, and with one in the background.
  ASSERT_OK(root.Run("sleep 1000 &"));
  ASSERT_OK_AND_ASSIGN(const TimeAlone again, Leave(root, seconds(20)));
  EXPECT_GT(again.vms, again.ours - Seconds(8));
  EXPECT_LT(again.vms, again.ours + Seconds(8));
}

// A VM that is held for up to a second goes on with a key.
TEST_F(ShellTest, EchoesAKeyAtOnce) {
  ASSERT_OK_AND_ASSIGN(Pty root, Shell());
  LeaveAlone(seconds(5));
  std::vector<std::chrono::steady_clock::duration> latencies;
  for (int i = 0; i < 20; ++i) {
    PollUntil(Deadline::In(std::chrono::milliseconds(300 + 50 * i)), [] { return false; });
    const auto begun = std::chrono::steady_clock::now();
    ASSERT_OK(root.Type("x"));
    ASSERT_OK(root.ReadUpTo("x", kEnd));
    latencies.push_back(std::chrono::steady_clock::now() - begun);
  }
  std::sort(latencies.begin(), latencies.end());
  // The median, since this machine may be busy.
  EXPECT_LT(latencies[latencies.size() / 2], std::chrono::milliseconds(150));
  ASSERT_OK(root.Type(kControlC));
  ASSERT_OK(root.ReadUpTo(kPrompt, kEnd));
}

TEST_F(ShellTest, SkipsIdleTimeAtThePromptIfItIsToldTo) {
  ASSERT_OK_AND_ASSIGN(Pty root, Shell({"--warp"}));
  ASSERT_OK_AND_ASSIGN(const TimeAlone alone, Leave(root, seconds(10)));
  EXPECT_GT(alone.vms, 2 * alone.ours);
}

TEST_F(ShellTest, TheFirstCommandOfAScriptFindsTheGuestWriting) {
  ASSERT_OK_AND_ASSIGN(const process::Output output, Dualpath({"shell"}, "dualpath-rig io\n"));
  EXPECT_THAT(output.out, ContainsRegex("^[1-9][0-9]* issued, .* running")) << output.err;
  EXPECT_THAT(output.out, Not(HasSubstr("not running")));
}

TEST_F(ShellTest, LiveTimeIsRealTime) {
  ASSERT_OK_AND_ASSIGN(Pty root, Shell({"--live"}));
  EXPECT_THAT(banner_, HasSubstr("runs in real time"));
  const auto begun = std::chrono::steady_clock::now();
  ASSERT_OK(root.Run("sleep 3"));
  EXPECT_GE(std::chrono::steady_clock::now() - begun, seconds(3));
  ASSERT_OK_AND_ASSIGN(const std::string topology, root.Run("multipath -ll"));
  ASSERT_OK(MapIn(topology));
}

TEST_F(ShellTest, RejectsInvalidArguments) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{"shell", "--wrong"},
                                             {"shell", "word"},
                                             {"shell", "--stack", "none"},
                                             {"cp", "one"},
                                             {"cp"}}) {
    ASSERT_OK_AND_ASSIGN(const process::Output output, Dualpath(words));
    EXPECT_EQ(output.exit.code, kUsage) << output.err;
  }
}

}  // namespace
}  // namespace dualpath
