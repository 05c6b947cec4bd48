#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/base/unique_fd.h"

namespace dualpath {

/// A person at a terminal on which a program runs: types, and reads what appears.
class Typist {
 public:
  struct Options {
    std::string terminal = "dumb";  ///< TERM; a dumb one shows no escape sequences
    unsigned short rows = 50;
    unsigned short columns = 250;  ///< no command line is folded
    std::string temporary_directory;
  };

  static Result<Typist> Start(const std::vector<std::string>& argv, const Options& options);

  Typist(Typist&& other) noexcept;
  Typist& operator=(Typist&&) = delete;
  ~Typist();  ///< kills the program if it still runs

  pid_t pid() const { return pid_; }

  Status Type(const std::string& keys);

  /// What appears until it ends with `ending`, without that.
  Result<std::string> ReadUpTo(const std::string& ending, std::chrono::seconds budget);

  /// Types a command line; what appears between it and the next prompt, lines ending with '\n'.
  Result<std::string> Run(const std::string& command_line);

  Status Resize(unsigned short rows, unsigned short columns);

  /// Whether the terminal is one to type commands on: echo, line editing, Ctrl-C.
  bool Cooked() const;

  /// How the program ended, as a shell has it: 128 + n for signal n. What it still says is in
  /// `rest()`.
  Result<int> WaitForEnd(std::chrono::seconds budget);
  const std::string& rest() const { return seen_; }

 private:
  Typist(UniqueFd terminal, pid_t pid) : terminal_(std::move(terminal)), pid_(pid) {}
  bool Look(std::chrono::milliseconds budget);

  UniqueFd terminal_;
  pid_t pid_ = -1;
  std::string seen_;
};

}  // namespace dualpath
