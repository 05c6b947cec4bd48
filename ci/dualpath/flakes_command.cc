#include "ci/dualpath/flakes_command.h"

#include <iostream>
#include <limits>

#include "ci/dualpath/common_options.h"
#include "ci/dualpath/own_options.h"
#include "helpers/base/exit_code.h"

namespace dualpath::cli {

FlakesCommand::FlakesCommand(CLI::App& app)
    : Subcommand(app.add_subcommand(
          "flakes", "Run the cases again and again, and print how often each does not pass")) {
  constexpr int kMost = std::numeric_limits<int>::max();
  command_->add_option("--repeat", options_.repeat, "Rounds; each runs every case, shuffled")
      ->check(CLI::Range(1, kMost))
      ->capture_default_str();
  command_
      ->add_option("--load", options_.load,
                   "Threads that keep the machine busy meanwhile; one in four writes to the disk")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
  command_->add_option("--jobs", options_.jobs, "Cases at a time")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command_->add_option("--seed", options_.seed, "Seed of the order (default: a random one)");
  AddSelectionOptions(*command_, options_.selection);
  command_->add_option("--build", options_.build, "The build directory")->capture_default_str();
  command_
      ->add_option("--state", options_.state,
                   "The runs so far, and the results of those that did not pass")
      ->capture_default_str();
  command_->add_flag("--restart", options_.restart, "Forget the runs so far");
  command_->add_option("--json", options_.json, "Also write the figures as JSON");
  AddOwnOptions(*command_, own_);
  command_->footer(
      "Can be interrupted: the same command goes on where it ended; with a larger --repeat, it "
      "runs more rounds.");
}

int FlakesCommand::Run() {
  if (!AcceptOwn(own_, "dualpath flakes")) return kUsage;
  lab::ExportOwn(own_);  // to ctest's programs
  if (own_.empty()) return flakes::Flakes(options_, std::cout, std::cerr);
  const auto cache = lab::Cache::Open();
  const auto digest = cache.ok() ? lab::DigestOfOwn(*cache, own_) : cache.error();
  if (!digest.ok()) {
    std::cerr << "dualpath flakes: " << digest.error().ToString() << "\n";
    return kInfrastructure;
  }
  options_.own = *digest + (own_.append.empty() ? "" : " " + own_.append);
  return flakes::Flakes(options_, std::cout, std::cerr);
}

}  // namespace dualpath::cli
