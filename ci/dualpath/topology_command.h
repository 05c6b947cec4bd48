#pragma once

#include <ostream>
#include <string>

#include "ci/dualpath/subcommand.h"

namespace dualpath::cli {

/// `dualpath topology [FILE]`: prints saved output of `multipath -ll`, of any version, or of "show
/// maps json", as JSON on `out`. No file or "-" is standard input. Returns 0, also for an answer of
/// multipath that has only messages; or 2 with a message on `err` if the file cannot be read or is
/// another output.
int RunTopology(const std::string& file, std::ostream& out, std::ostream& err);

class TopologyCommand : public Subcommand {
 public:
  explicit TopologyCommand(CLI::App& app);

  /// Returns an `ExitCode`.
  int Run() const;

 private:
  std::string file_;
};

}  // namespace dualpath::cli
