#pragma once

#include <termios.h>

#include <string>
#include <utility>

#include "helpers/base/result.h"
#include "helpers/base/unique_fd.h"

namespace dualpath::process {

struct WindowSize {
  unsigned rows = 24;
  unsigned columns = 80;
};
bool operator==(const WindowSize& a, const WindowSize& b);
inline bool operator!=(const WindowSize& a, const WindowSize& b) { return !(a == b); }

/// Of the terminal `fd`; 24 x 80 if it does not know.
WindowSize WindowSizeOf(int fd);

/// The terminal `fd` (standard input) without any meaning of its own for what is typed, Ctrl-C
/// included: that is for the terminal at the other end. As it was before once the object is gone.
/// One at a time.
class RawTerminal {
 public:
  static Result<RawTerminal> Of(int fd);

  RawTerminal(RawTerminal&& other) noexcept : owns_(std::exchange(other.owns_, false)) {}
  RawTerminal& operator=(RawTerminal&&) = delete;
  ~RawTerminal();

 private:
  RawTerminal() = default;

  bool owns_ = true;
};

/// Puts the terminal back that a `RawTerminal` holds, if any, and lets nobody change it any more:
/// who tries waits for ever. For the way out on a signal, where no destructor runs and other
/// threads go on until the last moment.
void RestoreTerminalForGood();

/// Becomes readable when the window of our terminal changes its size; read 8 bytes to rearm it.
Result<UniqueFd> WatchWindowSize();

/// Finds what is meant for us in what is typed, in the manner of ssh(1): after Enter, "~." leaves,
/// "~?" asks for help, and "~~" is a "~".
class Escapes {
 public:
  struct Found {
    std::string typed;  ///< for the other end
    bool leave = false;
    bool help = false;
  };

  /// Takes what was typed in pieces of any size.
  Found Take(const std::string& piece);

 private:
  bool at_line_start_ = true;
  bool held_ = false;  // a "~" whose meaning depends on what follows
};

}  // namespace dualpath::process
