#include "ci/dualpath/outcomes_command.h"

#include <iostream>

#include "ci/dualpath/common_options.h"
#include "ci/results/outcomes.h"
#include "helpers/process/own_programs.h"

namespace dualpath::cli {

OutcomesCommand::OutcomesCommand(CLI::App& app)
    : Subcommand(app.add_subcommand(
          "outcomes", "Print the outcome of each fault under each policy as a Markdown table")),
      results_(process::DefaultResults()) {
  AddResultsOption(*command_, results_, "The results directory")->capture_default_str();
}

int OutcomesCommand::Run() const { return results::PrintOutcomes(results_, std::cout, std::cerr); }

}  // namespace dualpath::cli
