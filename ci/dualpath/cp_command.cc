#include "ci/dualpath/cp_command.h"

#include <chrono>
#include <iostream>

#include "ci/dualpath/copy_client.h"
#include "helpers/base/exit_code.h"

namespace dualpath::cli {
namespace {

constexpr std::chrono::minutes kFileBudget{10};

}  // namespace

int Copy(const std::vector<std::string>& words) {
  if (words.size() < 2) {
    std::cerr << "dualpath cp: only one file given; usage: dualpath cp SOURCE... TARGET\n";
    return kUsage;
  }
  const std::vector<std::string> sources(words.begin(), words.end() - 1);
  const std::string& target = words.back();
  const auto into = ParseLabPath(target);
  for (const std::string& source : sources) {
    if (ParseLabPath(source).has_value() == into.has_value()) {
      std::cerr << "dualpath cp: " << source << " and " << target << " are both "
                << (into ? "in the lab" : "on this machine")
                << "; one of them must be a shell's name and an absolute file name, such as "
                   "lab:/tmp\n";
      return kUsage;
    }
  }
  for (const std::string& source : sources) {
    const Deadline deadline = Deadline::In(kFileBudget);
    const Status copied =
        into ? CopyIn(source, *into, deadline) : CopyOut(*ParseLabPath(source), target, deadline);
    if (copied.ok()) continue;
    std::cerr << "dualpath cp: " << copied.error().ToString() << "\n";
    return kInfrastructure;
  }
  return kAllPassed;
}

CpCommand::CpCommand(CLI::App& app)
    : Subcommand(app.add_subcommand(
          "cp", "Copy files into or out of a running shell's VM, where a file is lab:/path")) {
  command_->add_option("files", words_, "SOURCE... TARGET")->required();
}

}  // namespace dualpath::cli
