#include "images/lab/terminal/terminal.h"

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>

#include "helpers/base/file.h"
#include "helpers/lab/protocol.h"
#include "images/lab/terminal/report_timer.h"

namespace dualpath::terminal {
namespace {

using Clock = ReportTimer::Clock;

constexpr std::size_t kChunk = std::size_t{16} << 10;
// More waits in the port, whose sender sees it.
constexpr std::size_t kMostPending = kChunk;
// The kernel queues less for one terminal; a process left behind may write for ever.
constexpr std::size_t kMostQueued = std::size_t{128} << 10;

/// Returns poll(2)'s timeout until `due`; -1 without one.
int TimeoutUntil(const std::optional<Clock::time_point>& due) {
  if (!due) return -1;
  // Rounded up: rounded down, poll(2) would be called in a loop during the last millisecond.
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*due - Clock::now());
  return static_cast<int>(std::max<std::int64_t>(left.count(), 0));
}

[[noreturn]] void BecomeCommand(const std::vector<std::string>& command) {
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  std::vector<char*> words;
  words.reserve(command.size() + 1);
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  ::execvp(words[0], words.data());
  constexpr int kCannotRun = 127;
  ::_exit(kCannotRun);
}

}  // namespace

Result<Terminal> Terminal::Start(const std::vector<std::string>& command) {
  sigset_t child_ended;
  ::sigemptyset(&child_ended);
  ::sigaddset(&child_ended, SIGCHLD);
  ::sigprocmask(SIG_BLOCK, &child_ended, nullptr);
  UniqueFd ended(::signalfd(-1, &child_ended, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!ended) return Error::FromErrno("watch", "a command on a terminal", errno);
  int master = -1;
  const pid_t pid = ::forkpty(&master, nullptr, nullptr, nullptr);
  if (pid < 0) return Error::FromErrno("start on a terminal", command.front(), errno);
  if (pid == 0) BecomeCommand(command);
  UniqueFd owned(master);
  // A write to a terminal whose queue is full would block us, and then the command's output.
  if (::fcntl(master, F_SETFL, O_NONBLOCK) != 0 || ::fcntl(master, F_SETFD, FD_CLOEXEC) != 0) {
    return Error::FromErrno("set the flags of", "a terminal", errno);
  }
  return Terminal(std::move(owned), std::move(ended), pid);
}

bool Terminal::AtPrompt() const {
  // On the master's descriptor, both are about the other end.
  termios modes = {};
  return ::tcgetpgrp(master_.get()) == pid_ && ::tcgetattr(master_.get(), &modes) == 0 &&
         (modes.c_lflag & ICANON) == 0;
}

Result<int> Terminal::Run(const Streams& streams) {
  ReportTimer timer(Clock::now());
  while (true) {
    const bool takes_input = !input_ended_ && pending_.size() < kMostPending;
    const short terminal_events = static_cast<short>(pending_.empty() ? POLLIN : POLLIN | POLLOUT);
    std::array<pollfd, 3> ready = {pollfd{takes_input ? streams.input : -1, POLLIN, 0},
                                   pollfd{hung_up_ ? -1 : master_.get(), terminal_events, 0},
                                   pollfd{ended_.get(), POLLIN, 0}};
    const auto& [input, terminal, ended] = ready;
    const auto due = streams.clock < 0 ? std::nullopt : std::optional(timer.due());
    if (::poll(ready.data(), ready.size(), TimeoutUntil(due)) < 0 && errno != EINTR) {
      return Error::FromErrno("wait for", "a terminal", errno);
    }
    if (input.revents != 0) {
      DUALPATH_TRY_STATUS(TakeInput(streams.input));
      timer.Input(Clock::now());
    }
    if ((terminal.revents & POLLOUT) != 0) DUALPATH_TRY_STATUS(SendPending());
    if ((terminal.revents & ~POLLOUT) != 0) {
      DUALPATH_TRY(const std::size_t bytes, PassOnOutput(streams.output));
      if (bytes > 0) timer.Output(Clock::now());
    }
    if (ended.revents != 0) {
      if (const auto code = ExitCode()) {
        DUALPATH_TRY_STATUS(Drain(streams.output));
        return *code;
      }
    }
    if (streams.clock >= 0 && Clock::now() >= timer.due()) {
      DUALPATH_TRY_STATUS(WriteClock(streams.clock));
      timer.Reported(Clock::now());
    }
  }
}

Status Terminal::TakeInput(int from) {
  std::array<char, kChunk> chunk{};
  const ssize_t n = ::read(from, chunk.data(), chunk.size());
  if (n < 0 && (errno == EINTR || errno == EAGAIN)) return Ok{};
  if (n < 0) return Error::FromErrno("read", "input for a terminal", errno);
  input_ended_ = n == 0;
  pending_.append(chunk.data(), static_cast<std::size_t>(n));
  typed_ += static_cast<std::uint64_t>(n);
  return SendPending();
}

Status Terminal::SendPending() {
  const ssize_t n = ::write(master_.get(), pending_.data(), pending_.size());
  if (n > 0) pending_.erase(0, static_cast<std::size_t>(n));
  // EIO: no process has the other end open. The command has ended, or will.
  if (n < 0 && errno == EIO) pending_.clear();
  return Ok{};
}

/// Returns the number of bytes.
Result<std::size_t> Terminal::PassOnOutput(int to) {
  std::array<char, kChunk> chunk{};
  const ssize_t n = ::read(master_.get(), chunk.data(), chunk.size());
  if (n > 0) {
    const auto bytes = static_cast<std::size_t>(n);
    DUALPATH_TRY_STATUS(WriteAll(to, "output of a terminal", {chunk.data(), bytes}));
    return bytes;
  }
  // No process has the other end open.
  if (n == 0 || errno == EIO) hung_up_ = true;
  return std::size_t{0};
}

/// Passes on what was written before now.
Status Terminal::Drain(int to) {
  for (std::size_t drained = 0; drained < kMostQueued;) {
    DUALPATH_TRY(const std::size_t bytes, PassOnOutput(to));
    if (bytes == 0) break;
    drained += bytes;
  }
  return Ok{};
}

Status Terminal::WriteClock(int to) const {
  const std::chrono::duration<double> now = Clock::now().time_since_epoch();
  const std::string line = lab::protocol::ClockLine({now.count(), typed_, AtPrompt()}) + "\n";
  return WriteAll(to, "the clock", line);
}

std::optional<int> Terminal::ExitCode() const {
  signalfd_siginfo info = {};
  if (::read(ended_.get(), &info, sizeof(info)) < 0) return std::nullopt;
  int status = 0;
  if (::waitpid(pid_, &status, WNOHANG) != pid_) return std::nullopt;
  constexpr int kBySignal = 128;
  return WIFSIGNALED(status) ? kBySignal + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace dualpath::terminal
