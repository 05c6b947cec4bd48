#pragma once

#include "ci/dualpath/subcommand.h"
#include "ci/flakes/flakes.h"

namespace dualpath::cli {

class FlakesCommand : public Subcommand {
 public:
  explicit FlakesCommand(CLI::App& app);

  /// Returns an `ExitCode`.
  int Run() const;

 private:
  flakes::FlakesOptions options_;
};

}  // namespace dualpath::cli
