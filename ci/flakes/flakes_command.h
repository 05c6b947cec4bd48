#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "ci/flakes/flakes.h"

namespace dualpath::flakes {

class FlakesCommand {
 public:
  explicit FlakesCommand(CLI::App& app);
  FlakesCommand(const FlakesCommand&) = delete;
  FlakesCommand& operator=(const FlakesCommand&) = delete;

  bool parsed() const { return command_->parsed(); }

  /// Returns an `ExitCode`.
  int Run() const;

 private:
  CLI::App* command_;
  FlakesOptions options_;
};

}  // namespace dualpath::flakes
