#include "ci/tests/typist.h"

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

constexpr char kPrompt[] = "]# ";
constexpr std::chrono::seconds kCommandBudget{60};

bool EndsWith(const std::string& text, const std::string& ending) {
  return text.size() >= ending.size() &&
         text.compare(text.size() - ending.size(), ending.size(), ending) == 0;
}

}  // namespace

Result<Typist> Typist::Start(const std::vector<std::string>& argv, const Options& options) {
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
  return Typist(UniqueFd(terminal), pid);
}

Typist::Typist(Typist&& other) noexcept
    : terminal_(std::move(other.terminal_)),
      pid_(std::exchange(other.pid_, -1)),
      seen_(std::move(other.seen_)) {}

Typist::~Typist() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

Status Typist::Type(const std::string& keys) {
  if (::write(terminal_.get(), keys.data(), keys.size()) != static_cast<ssize_t>(keys.size())) {
    return Error::FromErrno("type", keys, errno);
  }
  return Ok{};
}

/// False once nobody is left who could write on the terminal.
bool Typist::Look(std::chrono::milliseconds budget) {
  pollfd entry{terminal_.get(), POLLIN, 0};
  int wait = static_cast<int>(budget.count());
  while (::poll(&entry, 1, wait) > 0) {
    std::array<char, 4096> chunk{};
    const ssize_t n = ::read(terminal_.get(), chunk.data(), chunk.size());
    if (n <= 0) return false;
    seen_.append(chunk.data(), static_cast<std::size_t>(n));
    wait = 0;
  }
  return true;
}

Result<std::string> Typist::ReadUpTo(const std::string& ending, std::chrono::seconds budget) {
  const Deadline deadline = Deadline::In(budget);
  while (!EndsWith(seen_, ending)) {
    const bool somebody_is_there = Look(deadline.RemainingUpTo(std::chrono::milliseconds(100)));
    if (EndsWith(seen_, ending)) break;
    if (deadline.Expired() || !somebody_is_there) {
      return Error::Because("wait on the terminal for", "'" + ending + "'",
                            "what has appeared is: " + seen_);
    }
  }
  std::string text = seen_.substr(0, seen_.size() - ending.size());
  seen_.clear();
  return text;
}

Result<std::string> Typist::Run(const std::string& command_line) {
  DUALPATH_TRY_STATUS(Type(command_line + "\r"));
  DUALPATH_TRY(std::string text, ReadUpTo(kPrompt, kCommandBudget));
  text.erase(std::remove(text.begin(), text.end(), '\r'), text.end());
  if (text.rfind(command_line + "\n", 0) != 0) {
    return Error::Because("run", command_line, "it was not echoed; what appeared is: " + text);
  }
  const std::size_t first = command_line.size() + 1;
  // The prompt's own line is none of the command's.
  return text.substr(first, text.rfind('\n') + 1 - first);
}

Status Typist::Resize(unsigned short rows, unsigned short columns) {
  winsize size = {};
  size.ws_row = rows;
  size.ws_col = columns;
  if (::ioctl(terminal_.get(), TIOCSWINSZ, &size) != 0) {
    return Error::FromErrno("resize", "the terminal", errno);
  }
  return Ok{};
}

bool Typist::Cooked() const {
  termios modes = {};
  constexpr tcflag_t kCooked = ECHO | ICANON | ISIG;
  return ::tcgetattr(terminal_.get(), &modes) == 0 && (modes.c_lflag & kCooked) == kCooked;
}

Result<int> Typist::WaitForEnd(std::chrono::seconds budget) {
  int status = 0;
  const bool ended = PollUntil(Deadline::In(budget), [&] {
    Look(std::chrono::milliseconds(0));
    return ::waitpid(pid_, &status, WNOHANG) == pid_;
  });
  if (!ended) {
    return Error::Because("wait for the end of", "the program", "what has appeared is: " + seen_);
  }
  pid_ = -1;
  Look(std::chrono::milliseconds(0));
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace dualpath
