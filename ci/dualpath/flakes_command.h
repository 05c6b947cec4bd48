#pragma once

#include "ci/dualpath/subcommand.h"
#include "ci/flakes/flakes.h"
#include "helpers/lab/image/own.h"

namespace dualpath::cli {

class FlakesCommand : public Subcommand {
 public:
  explicit FlakesCommand(CLI::App& app);

  /// Returns an `ExitCode`.
  int Run();

 private:
  flakes::FlakesOptions options_;
  lab::Own own_;
};

}  // namespace dualpath::cli
