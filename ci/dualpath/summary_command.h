#pragma once

#include <CLI/CLI.hpp>

#include "ci/results/summary.h"

namespace dualpath::cli {

class SummaryCommand {
 public:
  explicit SummaryCommand(CLI::App& app);
  SummaryCommand(const SummaryCommand&) = delete;
  SummaryCommand& operator=(const SummaryCommand&) = delete;

  bool parsed() const { return command_->parsed(); }

  /// Returns an `ExitCode`.
  int Run() const;

 private:
  CLI::App* command_;
  results::SummaryOptions options_;
};

}  // namespace dualpath::cli
