#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace dualpath::cli {

class OutcomesCommand {
 public:
  explicit OutcomesCommand(CLI::App& app);
  OutcomesCommand(const OutcomesCommand&) = delete;
  OutcomesCommand& operator=(const OutcomesCommand&) = delete;

  bool parsed() const { return command_->parsed(); }

  /// Returns an `ExitCode`.
  int Run() const;

 private:
  CLI::App* command_;
  std::string results_;
};

}  // namespace dualpath::cli
