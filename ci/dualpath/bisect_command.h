#pragma once

#include <string>
#include <vector>

#include "ci/bisect/search.h"
#include "ci/dualpath/exec.h"
#include "ci/dualpath/subcommand.h"

namespace dualpath::cli {

/// `dualpath bisect`: finds the kernel or overlay with which a case begins to fail.
class BisectCommand : public Subcommand {
 public:
  explicit BisectCommand(CLI::App& app);

  /// Returns an `ExitCode`; with --step, a code for `git bisect run`.
  int Run();

 private:
  /// A name of a version as given: a kernel, or overlays separated by colons.
  using Version = std::string;

  int RunStep();
  int RunSearch();
  std::vector<Version> Versions() const;
  Status CheckUsage() const;
  lab::Own OwnOf(const Version& version) const;

  /// Runs the case, up to `repeat_` times until it does not pass.
  bisect::Judgement Judge(const lab::Own& own, const std::string& results) const;

  ExecOptions options_;
  std::string case_;
  std::string good_, bad_;
  std::vector<Version> between_;
  bool overlays_ = false;
  bool step_ = false;
  int repeat_ = 1;
};

}  // namespace dualpath::cli
