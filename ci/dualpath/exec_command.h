#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "ci/dualpath/exec.h"

namespace dualpath::cli {

/// `dualpath exec [OPTION]... [--] PROGRAM [ARGUMENT]...`.
class ExecCommand {
 public:
  explicit ExecCommand(CLI::App& app);
  ExecCommand(const ExecCommand&) = delete;
  ExecCommand& operator=(const ExecCommand&) = delete;

  bool parsed() const { return command_->parsed(); }

  /// Takes what follows "--" off the command line if it is one of `exec`, and returns how many
  /// words remain for the parser: CLI11 would take the rest for positional arguments, and a prefix
  /// command has none.
  int TakeWordsBehindSeparator(int argc, char** argv);

  /// Returns an `ExitCode`.
  int Run();

 private:
  CLI::App* command_;
  ExecOptions options_;
  int timeout_seconds_;
};

}  // namespace dualpath::cli
