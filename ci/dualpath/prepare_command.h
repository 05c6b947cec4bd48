#pragma once

#include "ci/dualpath/prepare.h"
#include "ci/dualpath/subcommand.h"

namespace dualpath::cli {

/// `dualpath prepare [PROGRAM]...`.
class PrepareCommand : public Subcommand {
 public:
  explicit PrepareCommand(CLI::App& app);

  /// Returns an `ExitCode`.
  int Run() const { return Prepare(options_); }

 private:
  PrepareOptions options_;
};

}  // namespace dualpath::cli
