#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/base/unique_fd.h"

namespace dualpath {

/// A program on a pseudo-terminal.
class Pty {
 public:
  struct Options {
    std::string terminal = "dumb";  ///< TERM; programs print no escape sequences on a dumb terminal
    unsigned short rows = 50;
    unsigned short columns = 250;  ///< wide enough not to wrap command lines
    std::string temporary_directory;
  };

  static Result<Pty> Start(const std::vector<std::string>& argv, const Options& options);

  Pty(Pty&& other) noexcept;
  Pty& operator=(Pty&&) = delete;
  ~Pty();  ///< kills the program if it is still running

  pid_t pid() const { return pid_; }

  Status Type(const std::string& keys);

  /// Reads until the output ends with `ending`, and returns the output without it.
  Result<std::string> ReadUpTo(const std::string& ending, std::chrono::seconds budget);

  /// Types a command line and returns the output up to the next prompt, with lines ending in '\n'.
  Result<std::string> Run(const std::string& command_line);

  Status Resize(unsigned short rows, unsigned short columns);

  /// Returns whether the terminal has its normal modes: echo, line editing, Ctrl-C.
  bool IsCooked() const;

  /// Waits for the program to exit and returns its exit code as in a shell: 128 + n for signal n.
  /// Its last output is in `rest()`.
  Result<int> WaitForEnd(std::chrono::seconds budget);
  const std::string& rest() const { return output_; }

 private:
  Pty(UniqueFd terminal, pid_t pid) : terminal_(std::move(terminal)), pid_(pid) {}
  bool ReadAvailable(std::chrono::milliseconds budget);

  UniqueFd terminal_;
  pid_t pid_ = -1;
  std::string output_;
};

}  // namespace dualpath
