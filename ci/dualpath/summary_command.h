#pragma once

#include "ci/dualpath/subcommand.h"
#include "ci/results/summary.h"

namespace dualpath::cli {

class SummaryCommand : public Subcommand {
 public:
  explicit SummaryCommand(CLI::App& app);

  /// Returns an `ExitCode`.
  int Run() const;

 private:
  results::SummaryOptions options_;
};

}  // namespace dualpath::cli
