#pragma once

#include "ci/bench/bench.h"
#include "ci/dualpath/subcommand.h"

namespace dualpath::cli {

class BenchCommand : public Subcommand {
 public:
  explicit BenchCommand(CLI::App& app);

  /// Returns an `ExitCode`.
  int Run() const;

 private:
  bench::BenchOptions options_;
};

}  // namespace dualpath::cli
