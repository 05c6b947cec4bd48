#pragma once

#include <CLI/CLI.hpp>

namespace dualpath::cli {

/// A subcommand of `dualpath`: its options are added to the application in the constructor.
class Subcommand {
 public:
  /// CLI11 keeps references to members, which a copy would not have.
  Subcommand(const Subcommand&) = delete;
  Subcommand& operator=(const Subcommand&) = delete;

  bool parsed() const { return command_->parsed(); }

 protected:
  explicit Subcommand(CLI::App* command) : command_(command) {}
  ~Subcommand() = default;

  CLI::App* command_;
};

}  // namespace dualpath::cli
