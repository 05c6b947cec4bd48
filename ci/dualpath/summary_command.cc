#include "ci/dualpath/summary_command.h"

#include <iostream>

#include "ci/dualpath/common_options.h"
#include "helpers/process/own_programs.h"

namespace dualpath::cli {

SummaryCommand::SummaryCommand(CLI::App& app)
    : Subcommand(app.add_subcommand(
          "summary", "Print the verdicts of a run, and write the run's page, index.html")) {
  options_.results = process::DefaultResults();
  AddResultsOption(*command_, options_.results, "The results directory")->capture_default_str();
  command_->add_option("--shards", options_.shards,
                       "Results of runs of some of the cases, to merge into RESULTS first");
  command_->add_option("--previous", options_.previous,
                       "The results to compare with (default: RESULTS.previous, if it exists)");
  command_->add_option("--allowed-skips", options_.allowed_skips,
                       "Fail if a case was skipped for a reason that is not in this file");
}

int SummaryCommand::Run() const {
  return results::Summarize(options_, results::Github::FromEnvironment(), std::cout);
}

}  // namespace dualpath::cli
