#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace dualpath::cli {

/// `dualpath cp SOURCE... TARGET`: copies regular files into or out of a running shell's VM.
/// Returns an `ExitCode`.
int Copy(const std::vector<std::string>& words);

class CpCommand {
 public:
  explicit CpCommand(CLI::App& app);
  CpCommand(const CpCommand&) = delete;
  CpCommand& operator=(const CpCommand&) = delete;

  bool parsed() const { return command_->parsed(); }
  int Run() const { return Copy(words_); }

 private:
  CLI::App* command_;
  std::vector<std::string> words_;
};

}  // namespace dualpath::cli
