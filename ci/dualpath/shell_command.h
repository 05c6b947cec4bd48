#pragma once

#include <CLI/CLI.hpp>

#include "ci/dualpath/shell.h"

namespace dualpath::cli {

class ShellCommand {
 public:
  explicit ShellCommand(CLI::App& app);
  ShellCommand(const ShellCommand&) = delete;
  ShellCommand& operator=(const ShellCommand&) = delete;

  bool parsed() const { return command_->parsed(); }

  /// Returns the exit code of `Shell`.
  int Run() const { return Shell(options_); }

 private:
  CLI::App* command_;
  ShellOptions options_;
};

}  // namespace dualpath::cli
