#include "ci/dualpath/matrix_command.h"

#include <iostream>

#include "ci/dualpath/common_options.h"
#include "ci/results/github.h"
#include "helpers/lab/image/recipe.h"

namespace dualpath::cli {

MatrixCommand::MatrixCommand(CLI::App& app)
    : Subcommand(app.add_subcommand(
          "matrix", "Run the cases on several stacks, and show what differs between them")) {
  command_
      ->add_option(
          "--stacks", options_.stacks,
          "The stacks, in the order of the columns (default: all, the oldest kernel first)")
      ->delimiter(',')
      ->check(CLI::IsMember(lab::KnownStacks()));
  AddSelectionOptions(*command_, options_.selection);
  command_->add_option("--jobs", options_.jobs, "Cases at a time")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  command_->add_option("--build", options_.build, "The build directory")->capture_default_str();
  command_
      ->add_option("--results", options_.results, "Directory of the results, one per stack in it")
      ->capture_default_str();
  command_->add_flag("--restart", options_.restart, "Discard the runs so far");
  command_->add_option("--shards", options_.shards,
                       "Merge these matrices of other jobs into RESULTS, instead of running cases");
  command_->footer("Can be interrupted: the same command goes on where it ended.");
}

int MatrixCommand::Run() const {
  return matrix::Matrix(options_, results::Github::FromEnvironment(), std::cout, std::cerr);
}

}  // namespace dualpath::cli
