#pragma once

#include "ci/dualpath/shell.h"
#include "ci/dualpath/subcommand.h"

namespace dualpath::cli {

class ShellCommand : public Subcommand {
 public:
  explicit ShellCommand(CLI::App& app);

  /// Returns the exit code of `Shell`.
  int Run() const { return Shell(options_); }

 private:
  ShellOptions options_;
};

}  // namespace dualpath::cli
