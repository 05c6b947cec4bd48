#pragma once

#include <string>
#include <vector>

#include "ci/dualpath/exec.h"
#include "ci/dualpath/subcommand.h"

namespace dualpath::cli {

/// `dualpath exec [OPTION]... [--] PROGRAM [ARGUMENT]...`.
class ExecCommand : public Subcommand {
 public:
  explicit ExecCommand(CLI::App& app);

  /// Removes the words after "--" from a command line of `exec`, and returns how many words remain
  /// for the parser: CLI11 would treat the removed words as positional arguments, which a prefix
  /// command does not have.
  int TakeWordsAfterSeparator(int argc, char** argv);

  /// Returns an `ExitCode`.
  int Run();

 private:
  ExecOptions options_;
  int timeout_seconds_;
};

}  // namespace dualpath::cli
