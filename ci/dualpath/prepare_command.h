#pragma once

#include <CLI/CLI.hpp>

#include "ci/dualpath/prepare.h"

namespace dualpath::cli {

/// `dualpath prepare [PROGRAM]...`.
class PrepareCommand {
 public:
  explicit PrepareCommand(CLI::App& app);
  PrepareCommand(const PrepareCommand&) = delete;
  PrepareCommand& operator=(const PrepareCommand&) = delete;

  bool parsed() const { return command_->parsed(); }

  /// Returns an `ExitCode`.
  int Run() const { return Prepare(options_); }

 private:
  CLI::App* command_;
  PrepareOptions options_;
};

}  // namespace dualpath::cli
