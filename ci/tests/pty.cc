#include "ci/tests/pty.h"

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "helpers/base/eventually.h"

namespace dualpath {
namespace {

constexpr char kPromptEnd[] = "]# ";
constexpr std::chrono::seconds kCommandBudget{60};

bool EndsWith(const std::string& text, const std::string& ending) {
  return text.size() >= ending.size() &&
         text.compare(text.size() - ending.size(), ending.size(), ending) == 0;
}

}  // namespace

Result<Pty> Pty::Start(const std::vector<std::string>& argv, const Options& options) {
  winsize size = {};
  size.ws_row = options.rows;
  size.ws_col = options.columns;
  int terminal = -1;
  const pid_t pid = ::forkpty(&terminal, nullptr, nullptr, &size);
  if (pid < 0) return Error::FromErrno("start", argv[0], errno);
  if (pid == 0) {
    ::setenv("TERM", options.terminal.c_str(), 1);
    if (!options.temporary_directory.empty()) {
      ::setenv("TMPDIR", options.temporary_directory.c_str(), 1);
    }
    std::vector<char*> words;
    words.reserve(argv.size() + 1);
    for (const std::string& word : argv) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    ::execv(words[0], words.data());
    ::_exit(127);
  }
  return Pty(UniqueFd(terminal), pid);
}

Pty::Pty(Pty&& other) noexcept
    : terminal_(std::move(other.terminal_)),
      pid_(std::exchange(other.pid_, -1)),
      output_(std::move(other.output_)) {}

Pty::~Pty() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

Status Pty::Type(const std::string& keys) {
  if (::write(terminal_.get(), keys.data(), keys.size()) != static_cast<ssize_t>(keys.size())) {
    return Error::FromErrno("type", keys, errno);
  }
  return Ok{};
}

/// Returns false once no process has the terminal open.
bool Pty::ReadAvailable(std::chrono::milliseconds budget) {
  pollfd entry{terminal_.get(), POLLIN, 0};
  int wait = static_cast<int>(budget.count());
  while (::poll(&entry, 1, wait) > 0) {
    std::array<char, 4096> chunk{};
    const ssize_t n = ::read(terminal_.get(), chunk.data(), chunk.size());
    if (n <= 0) return false;
    output_.append(chunk.data(), static_cast<std::size_t>(n));
    wait = 0;
  }
  return true;
}

Result<std::string> Pty::ReadUpTo(const std::string& ending, std::chrono::seconds budget) {
  const Deadline deadline = Deadline::In(budget);
  while (!EndsWith(output_, ending)) {
    const bool is_open = ReadAvailable(deadline.RemainingUpTo(std::chrono::milliseconds(100)));
    if (EndsWith(output_, ending)) break;
    if (deadline.Expired() || !is_open) {
      return Error::Because("wait on the terminal for", "'" + ending + "'",
                            (is_open ? "timed out; output: " : "closed; output: ") + output_);
    }
  }
  std::string text = output_.substr(0, output_.size() - ending.size());
  output_.clear();
  return text;
}

Result<std::string> Pty::Run(const std::string& command_line) {
  DUALPATH_TRY_STATUS(Type(command_line + "\r"));
  DUALPATH_TRY(std::string text, ReadUpTo(kPromptEnd, kCommandBudget));
  text.erase(std::remove(text.begin(), text.end(), '\r'), text.end());
  if (text.rfind(command_line + "\n", 0) != 0) {
    return Error::Because("run", command_line, "the command was not echoed; output: " + text);
  }
  const std::size_t first = command_line.size() + 1;
  // The last line is the prompt.
  return text.substr(first, text.rfind('\n') + 1 - first);
}

Status Pty::Resize(unsigned short rows, unsigned short columns) {
  winsize size = {};
  size.ws_row = rows;
  size.ws_col = columns;
  if (::ioctl(terminal_.get(), TIOCSWINSZ, &size) != 0) {
    return Error::FromErrno("resize", "the terminal", errno);
  }
  return Ok{};
}

bool Pty::IsCooked() const {
  termios modes = {};
  constexpr tcflag_t kCooked = ECHO | ICANON | ISIG;
  return ::tcgetattr(terminal_.get(), &modes) == 0 && (modes.c_lflag & kCooked) == kCooked;
}

Result<int> Pty::WaitForEnd(std::chrono::seconds budget) {
  int status = 0;
  const bool ended = PollUntil(Deadline::In(budget), [&] {
    ReadAvailable(std::chrono::milliseconds(0));
    return ::waitpid(pid_, &status, WNOHANG) == pid_;
  });
  if (!ended) {
    return Error::Because("wait for the exit of", "the program", "timed out; output: " + output_);
  }
  pid_ = -1;
  ReadAvailable(std::chrono::milliseconds(0));
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace dualpath
