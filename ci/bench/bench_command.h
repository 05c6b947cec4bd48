#pragma once

#include <CLI/CLI.hpp>

#include "ci/bench/bench.h"

namespace dualpath::bench {

class BenchCommand {
 public:
  explicit BenchCommand(CLI::App& app);
  BenchCommand(const BenchCommand&) = delete;
  BenchCommand& operator=(const BenchCommand&) = delete;

  bool parsed() const { return command_->parsed(); }

  /// Returns an `ExitCode`.
  int Run() const;

 private:
  BenchOptions options_;
  CLI::App* command_;
};

}  // namespace dualpath::bench
