#pragma once

#include <string>

#include "ci/dualpath/subcommand.h"

namespace dualpath::cli {

class OutcomesCommand : public Subcommand {
 public:
  explicit OutcomesCommand(CLI::App& app);

  /// Returns an `ExitCode`.
  int Run() const;

 private:
  std::string results_;
};

}  // namespace dualpath::cli
