#include "helpers/process/terminal.h"

#include <signal.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <mutex>
#include <optional>

namespace dualpath::process {
namespace {

struct Saved {
  int fd = -1;
  termios modes{};
};

std::mutex saved_mutex;
std::optional<Saved> saved;

void PutBack() {
  if (saved) ::tcsetattr(saved->fd, TCSANOW, &saved->modes);
  saved.reset();
}

int window_events = -1;

extern "C" void NoteWindowChange(int /*signal*/) {
  const int error_number = errno;
  const std::uint64_t one = 1;
  if (::write(window_events, &one, sizeof(one)) < 0) {
    // The counter is at its maximum: the descriptor is readable anyway.
  }
  errno = error_number;
}

}  // namespace

bool operator==(const WindowSize& a, const WindowSize& b) {
  return a.rows == b.rows && a.columns == b.columns;
}

WindowSize WindowSizeOf(int fd) {
  winsize size = {};
  if (::ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) return {};
  return {size.ws_row, size.ws_col};
}

Result<RawTerminal> RawTerminal::Of(int fd) {
  const std::lock_guard<std::mutex> guard(saved_mutex);
  Saved now;
  now.fd = fd;
  if (::tcgetattr(fd, &now.modes) != 0)
    return Error::FromErrno("read the modes of", "the terminal", errno);
  termios raw = now.modes;
  ::cfmakeraw(&raw);
  saved = now;
  if (::tcsetattr(fd, TCSADRAIN, &raw) != 0) {
    saved.reset();
    return Error::FromErrno("set the modes of", "the terminal", errno);
  }
  return RawTerminal();
}

RawTerminal::~RawTerminal() {
  if (!owns_) return;
  const std::lock_guard<std::mutex> guard(saved_mutex);
  PutBack();
}

void RestoreTerminalForGood() {
  saved_mutex.lock();
  PutBack();
}

Result<UniqueFd> WatchWindowSize() {
  UniqueFd events(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (!events) return Error::FromErrno("watch the size of", "the terminal's window", errno);
  window_events = events.get();
  // A handler rather than a signalfd, since any thread may receive the signal.
  struct sigaction action = {};
  action.sa_handler = NoteWindowChange;
  action.sa_flags = SA_RESTART;
  if (::sigaction(SIGWINCH, &action, nullptr) != 0) {
    return Error::FromErrno("watch the size of", "the terminal's window", errno);
  }
  return events;
}

/// Takes a byte of the name after "~s". Ctrl-C, Ctrl-G and Escape give it up.
void Escapes::TakeName(char c, Found& found) {
  constexpr char kDelete = '\x7f';
  if (c == '\r' || c == '\n') {
    const std::size_t first = name_->find_first_not_of(' ');
    const std::size_t last = name_->find_last_not_of(' ');
    found.save = first == std::string::npos ? "" : name_->substr(first, last + 1 - first);
  } else if (c == kDelete || c == '\b') {
    if (name_->empty()) return;
    name_->pop_back();
    found.echo += "\b \b";
    return;
  } else if (c != '\x03' && c != '\x07' && c != '\x1b') {
    *name_ += c;
    found.echo += c;
    return;
  }
  name_.reset();
  found.echo += "\r\n";
  at_line_start_ = true;
}

Escapes::Found Escapes::Take(const std::string& piece) {
  Found found;
  for (std::size_t i = 0; i < piece.size(); ++i) {
    const char c = piece[i];
    if (name_) {
      TakeName(c, found);
      if (!found.save) continue;
      found.rest = piece.substr(i + 1);
      return found;
    }
    if (held_) {
      held_ = false;
      if (c == '.') {
        found.leave = true;
        return found;
      }
      if (c == '?') {
        found.help = true;
        at_line_start_ = true;
        continue;
      }
      if (c == 's') {
        name_ = "";
        found.echo += "~s";
        continue;
      }
      found.typed += '~';
      if (c == '~') {
        at_line_start_ = false;
        continue;
      }
    } else if (at_line_start_ && c == '~') {
      held_ = true;
      continue;
    }
    found.typed += c;
    at_line_start_ = c == '\r' || c == '\n';
  }
  return found;
}

}  // namespace dualpath::process
