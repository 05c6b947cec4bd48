#pragma once

#include <CLI/CLI.hpp>
#include <ostream>
#include <string>

namespace dualpath::cli {

/// `dualpath topology [FILE]`: prints saved output of `multipath -ll`, of any version, as JSON on
/// `out`. No file or "-" is standard input. Returns 0, or 2 with a message on `err` if the file
/// cannot be read or has no map.
int RunTopology(const std::string& file, std::ostream& out, std::ostream& err);

class TopologyCommand {
 public:
  explicit TopologyCommand(CLI::App& app);
  TopologyCommand(const TopologyCommand&) = delete;
  TopologyCommand& operator=(const TopologyCommand&) = delete;

  bool parsed() const { return command_->parsed(); }

  /// Returns an `ExitCode`.
  int Run() const;

 private:
  CLI::App* command_;
  std::string file_;
};

}  // namespace dualpath::cli
