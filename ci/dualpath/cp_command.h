#pragma once

#include <string>
#include <vector>

#include "ci/dualpath/subcommand.h"

namespace dualpath::cli {

/// `dualpath cp SOURCE... TARGET`: copies regular files into or out of a running shell's VM.
/// Returns an `ExitCode`.
int Copy(const std::vector<std::string>& words);

class CpCommand : public Subcommand {
 public:
  explicit CpCommand(CLI::App& app);
  int Run() const { return Copy(words_); }

 private:
  std::vector<std::string> words_;
};

}  // namespace dualpath::cli
