#include "ci/dualpath/bench_command.h"

#include <iostream>

#include "ci/bench/measurement.h"
#include "ci/dualpath/own_options.h"
#include "helpers/base/exit_code.h"
#include "helpers/lab/image/image.h"

namespace dualpath::cli {

BenchCommand::BenchCommand(CLI::App& app)
    : Subcommand(app.add_subcommand("bench", "Measure the lab's performance on this machine")) {
  std::vector<std::string> names;
  for (const bench::Measurement& measurement : bench::AllMeasurements()) {
    names.push_back(measurement.name);
  }
  command_->add_option("--json", options_.json, "Also write the figures as JSON");
  command_->add_option("--page", options_.page, "Also write the figures as a page");
  command_->add_option("--table", options_.table,
                       "Also write the main figures as rows of a Markdown table");
  command_->add_option("--only", options_.only, "Measurements to run (default: all)")
      ->delimiter(',')
      ->check(CLI::IsMember(names));
  command_->add_option("--runs", options_.runs, "Repetitions of short measurements")
      ->check(CLI::Range(1, 10000))
      ->capture_default_str();
  command_
      ->add_option("--results", options_.results,
                   "The results directory of the last run of the cases")
      ->check(CLI::ExistingDirectory)
      ->capture_default_str();
  command_->add_option("--stack", options_.stack, "The lab's distribution")
      ->check(CLI::IsMember(lab::KnownStacks()))
      ->envname("DUALPATH_STACK")
      ->capture_default_str();
  AddOwnOptions(*command_, options_.own);
  command_->footer(
      "Figures over their limit are marked and do not change the exit code. Run nothing else "
      "at the same time.");
}

int BenchCommand::Run() const {
  if (!AcceptOwn(options_.own, "dualpath bench")) return kUsage;
  lab::ExportOwn(options_.own);  // to `dualpath exec` and ctest
  return bench::RunBench(options_, std::cout, std::cerr);
}

}  // namespace dualpath::cli
