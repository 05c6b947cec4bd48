#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/base/unique_fd.h"

namespace dualpath::terminal {

/// Where a terminal is connected to. In the lab, `input` and `output` are the output port.
struct Streams {
  int input = -1;
  int output = -1;
  int clock = -1;  ///< where to write protocol::ShellClock lines; -1: nowhere
};

/// A command on a pseudo-terminal, as script(1) runs one, that also says whether the command waits
/// for a line: the shell of `dualpath shell`.
class Terminal {
 public:
  /// Starts the command as the leader of a session on the terminal, with its echo on. Blocks
  /// SIGCHLD in this thread; it has to be blocked in all others, too.
  static Result<Terminal> Start(const std::vector<std::string>& command);

  Terminal(Terminal&&) = default;

  /// Relays bytes until the command has ended and its output is written, whether or not processes
  /// that it left behind use the terminal. Returns its exit code as in a shell: 128 + n for signal
  /// n.
  Result<int> Run(const Streams& streams);

  /// Returns whether the command itself is in the foreground, and reads keys instead of lines: bash
  /// at its prompt. While bash runs a command, even a built-in one such as `wait`, the kernel edits
  /// lines (ICANON), since readline has put the terminal's modes back.
  bool AtPrompt() const;

 private:
  Terminal(UniqueFd master, UniqueFd ended, pid_t pid)
      : master_(std::move(master)), ended_(std::move(ended)), pid_(pid) {}

  Status TakeInput(int from);
  Status SendPending();
  Result<std::size_t> PassOnOutput(int to);
  Status Drain(int to);
  Status WriteClock(int to) const;
  std::optional<int> ExitCode() const;

  UniqueFd master_;
  UniqueFd ended_;  // a signalfd of SIGCHLD
  pid_t pid_;
  std::string pending_;  // input that the terminal's queue had no room for
  std::uint64_t typed_ = 0;
  bool input_ended_ = false;
  bool hung_up_ = false;
};

}  // namespace dualpath::terminal
