#pragma once

#include <termios.h>

#include <optional>
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

/// Returns the size of the terminal `fd`, or 24 x 80 if it is unknown.
WindowSize WindowSizeOf(int fd);

/// Puts a terminal into raw mode, so that all keys, including Ctrl-C, go to the terminal at the
/// other end. The destructor restores its modes. Only one object may exist at a time.
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

/// Restores the modes of the terminal that a `RawTerminal` holds, if any. Later changes by other
/// threads block forever. For exiting on a signal, where no destructor runs and other threads
/// continue until the process ends.
void RestoreTerminalForGood();

/// Returns a descriptor that becomes readable when our terminal's window changes its size; read 8
/// bytes to rearm it.
Result<UniqueFd> WatchWindowSize();

/// Finds escapes in typed bytes, as ssh(1) does: after Enter, "~." leaves, "~?" shows help,
/// "~s NAME" saves, and "~~" is a "~".
class Escapes {
 public:
  struct Found {
    std::string typed;  ///< bytes for the other end
    bool leave = false;
    bool help = false;
    std::optional<std::string> save;  ///< the name of a "~s" that Enter has ended; may be empty
    std::string echo;                 ///< what to show of a "~s": the other end knows nothing of it
    std::string rest;                 ///< bytes after a "~s NAME", to be taken when it is done
  };

  /// Takes the next typed bytes, in pieces of any size.
  Found Take(const std::string& piece);

 private:
  void TakeName(char c, Found& found);

  bool at_line_start_ = true;
  bool held_ = false;                // whether a "~" waits for the next byte
  std::optional<std::string> name_;  // what was typed after "~s"
};

}  // namespace dualpath::process
