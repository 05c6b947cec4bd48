#include "ci/bench/bench_command.h"

#include <iostream>

#include "ci/bench/measurement.h"
#include "helpers/lab/image/image.h"

namespace dualpath::bench {

BenchCommand::BenchCommand(CLI::App& app)
    : command_(app.add_subcommand("bench", "Measure what the lab costs on this machine")) {
  std::vector<std::string> names;
  for (const Measurement& measurement : AllMeasurements()) names.push_back(measurement.name);
  command_->add_option("--json", options_.json, "Also write the figures as JSON");
  command_->add_option("--page", options_.page, "Also write them as a page");
  command_->add_option("--table", options_.table, "Also write the main ones as rows of Markdown");
  command_->add_option("--only", options_.only, "What to measure (default: all)")
      ->delimiter(',')
      ->check(CLI::IsMember(names));
  command_->add_option("--runs", options_.runs, "How often what is short is done")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  command_->add_option("--results", options_.results, "The results of the last run of the cases")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  command_->add_option("--stack", options_.stack, "The lab's distribution")
      ->check(CLI::IsMember(lab::KnownStacks()))
      ->envname("DUALPATH_STACK")
      ->capture_default_str();
  command_->footer(
      "It judges no machine: what misses its limit is told, and the exit code is 0. Let nothing "
      "else run meanwhile.");
}

int BenchCommand::Run() const { return RunBench(options_, std::cout, std::cerr); }

}  // namespace dualpath::bench
