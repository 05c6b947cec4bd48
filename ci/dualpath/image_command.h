#pragma once

#include <limits>
#include <string>
#include <vector>

#include "ci/dualpath/subcommand.h"
#include "helpers/base/result.h"
#include "helpers/lab/image/own.h"

namespace dualpath::cli {

/// `dualpath image list | build STACK... | show STACK | prune`.
class ImageCommand : public Subcommand {
 public:
  explicit ImageCommand(CLI::App& app);

  /// Returns an `ExitCode`.
  int Run() const;

 private:
  Status Act() const;

  CLI::App* list_;
  CLI::App* build_;
  CLI::App* show_;
  CLI::App* prune_;
  std::vector<std::string> stacks_;  ///< to build
  bool refresh_ = false;
  lab::Own own_;       ///< to build with
  std::string stack_;  ///< to show
  int older_than_days_ = std::numeric_limits<int>::max();
};

}  // namespace dualpath::cli
