#include "images/lab/terminal/terminal.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <string>
#include <thread>

#include "helpers/base/eventually.h"
#include "helpers/base/file.h"
#include "helpers/lab/protocol.h"

namespace dualpath::terminal {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;

struct Pipe {
  UniqueFd read;
  UniqueFd write;

  static Pipe Make() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    ::fcntl(ends[0], F_SETFL, O_NONBLOCK);
    return {UniqueFd(ends[0]), UniqueFd(ends[1])};
  }

  void Write(const std::string& text) const {
    EXPECT_TRUE(WriteAll(write.get(), "pipe", text).ok());
  }

  /// Appends what is in the pipe.
  void ReadInto(std::string& text) const {
    std::array<char, 4096> chunk{};
    for (ssize_t n = 0; (n = ::read(read.get(), chunk.data(), chunk.size())) > 0;) {
      text.append(chunk.data(), static_cast<std::size_t>(n));
    }
  }
};

/// A terminal that relays in a thread.
class ShellTerminalTest : public ::testing::Test {
 protected:
  void Run(const std::vector<std::string>& command) {
    thread_ = std::thread([this, command] {
      auto terminal = Terminal::Start(command);
      ASSERT_TRUE(terminal.ok()) << terminal.error().ToString();
      const auto code = terminal->Run({input_.read.get(), output_.write.get(), clock_.write.get()});
      ASSERT_TRUE(code.ok()) << code.error().ToString();
      code_ = *code;
    });
  }

  // A thread that did not block SIGCHLD might take it.
  void SetUp() override {
    sigset_t child_ended;
    ::sigemptyset(&child_ended);
    ::sigaddset(&child_ended, SIGCHLD);
    ::pthread_sigmask(SIG_BLOCK, &child_ended, &signals_before_);
  }

  void TearDown() override {
    if (thread_.joinable()) thread_.join();
    ::pthread_sigmask(SIG_SETMASK, &signals_before_, nullptr);
  }

  int Code() {
    thread_.join();
    output_.ReadInto(seen_);
    return code_;
  }

  /// Waits for output.
  bool Prints(const std::string& text) {
    return PollUntil(Deadline::In(seconds(20)), [&] {
      output_.ReadInto(seen_);
      return seen_.find(text) != std::string::npos;
    });
  }

  /// Waits for a clock line with `state` that confirms `typed` bytes.
  bool Says(std::size_t typed, bool at_prompt) {
    return PollUntil(Deadline::In(seconds(20)), [&] {
      clock_.ReadInto(lines_);
      for (std::size_t end = 0; (end = lines_.find('\n')) != std::string::npos;) {
        const auto clock = lab::protocol::ParseClock(lines_.substr(0, end));
        lines_.erase(0, end + 1);
        if (clock && clock->typed == typed && clock->at_prompt == at_prompt) return true;
      }
      return false;
    });
  }

  Pipe input_ = Pipe::Make();
  Pipe output_ = Pipe::Make();
  Pipe clock_ = Pipe::Make();
  std::string seen_;

 private:
  sigset_t signals_before_{};
  std::thread thread_;
  int code_ = -1;
  std::string lines_;
};

TEST_F(ShellTerminalTest, RelaysBothWaysAndEndsWithTheCommand) {
  Run({"sh", "-c", "tty; stty size; read line; echo \"[$line]\"; exit 7"});
  input_.Write("typed\r");
  EXPECT_EQ(Code(), 7);
  EXPECT_THAT(seen_, HasSubstr("/dev/pts/"));
  EXPECT_THAT(seen_, HasSubstr("[typed]\r\n"));
}

TEST_F(ShellTerminalTest, ReportsASignalAsAShellDoes) {
  Run({"sh", "-c", "kill -KILL $$"});
  EXPECT_EQ(Code(), 137);
}

TEST_F(ShellTerminalTest, ReportsThatTheCommandIsMissing) {
  Run({"/no/such/program"});
  EXPECT_EQ(Code(), 127);
}

TEST_F(ShellTerminalTest, PassesOnAllOutputBeforeTheEnd) {
  Run({"sh", "-c", "seq 5000"});
  EXPECT_EQ(Code(), 0);
  EXPECT_THAT(seen_, ::testing::EndsWith("4999\r\n5000\r\n"));
}

TEST_F(ShellTerminalTest, EndsAlthoughAProcessIsLeftBehind) {
  Run({"sh", "-c", "trap '' HUP; sleep 5 & exit 3"});
  EXPECT_EQ(Code(), 3);
}

TEST_F(ShellTerminalTest, CtrlCInterruptsWhatRuns) {
  Run({"sh", "-c", "echo run''ning; exec sleep 1000"});
  ASSERT_TRUE(Prints("running"));
  input_.Write("\x03");
  EXPECT_EQ(Code(), 130);
}

// The queue of a terminal takes 4 KiB; nothing is lost, and output goes on meanwhile.
TEST_F(ShellTerminalTest, TakesMoreInputThanTheTerminalHasRoomFor) {
  Run({"bash", "-c", "stty raw -echo; echo rea''dy; head -c 50000 | wc -c"});
  ASSERT_TRUE(Prints("ready"));
  input_.Write(std::string(50000, 'x'));
  EXPECT_EQ(Code(), 0);
  EXPECT_THAT(seen_, HasSubstr("50000"));
}

TEST_F(ShellTerminalTest, KnowsWhetherBashWaitsForACommand) {
  Run({"bash", "--norc", "--noprofile", "-i"});
  EXPECT_TRUE(Says(0, true));
  const std::string sleep = "sleep 1000\r";
  input_.Write(sleep);
  EXPECT_TRUE(Says(sleep.size(), false));
  input_.Write("\x03");
  EXPECT_TRUE(Says(sleep.size() + 1, true));
  // A built-in command runs in the process of bash itself.
  const std::string builtin = "read -t 1000 line\r";
  input_.Write(builtin);
  EXPECT_TRUE(Says(sleep.size() + 1 + builtin.size(), false));
  input_.Write("x\r");
  EXPECT_TRUE(Says(sleep.size() + 1 + builtin.size() + 2, true));
  // What runs in the background does not count.
  input_.Write("sleep 1000 &\r");
  EXPECT_TRUE(Says(sleep.size() + 1 + builtin.size() + 2 + 13, true));
  input_.Write("kill %1; exit 4\r");
  EXPECT_EQ(Code(), 4);
}

}  // namespace
}  // namespace dualpath::terminal
