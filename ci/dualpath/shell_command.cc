#include "ci/dualpath/shell_command.h"

#include "ci/dualpath/common_options.h"
#include "ci/dualpath/own_options.h"

namespace dualpath::cli {

ShellCommand::ShellCommand(CLI::App& app)
    : Subcommand(app.add_subcommand(
          "shell", "Open a root shell in a lab VM, with the rig up and the guest writing")) {
  AddLabOptions(*command_, options_.stack, options_.accelerator);
  AddOwnOptions(*command_, options_.own);
  command_->add_option("--name", options_.name,
                       "Name of the shell for dualpath cp (default: lab, or lab2... if taken)");
  auto* live = command_->add_flag("--live", options_.live,
                                  "Run the VM's clock in real time; by default it does so only at "
                                  "the prompt of a terminal, and "
                                  "skips idle time while a command runs");
  command_
      ->add_flag("--warp", options_.warp,
                 "Let the VM's clock skip idle time at the prompt, too; this takes a whole CPU")
      ->excludes(live);
  auto* from = command_->add_option("--from", options_.from,
                                    "Start from the snapshot saved under this name, by --save or "
                                    "by ~s in the shell");
  auto* at = command_->add_option(
      "--at", options_.at, "Start where this case (Suite.Case) failed under exec --keep-snapshot");
  at->excludes(from);
  command_
      ->add_flag("--no-rig", options_.no_rig,
                 "Start without a rig, to see why it does not come up with your own parts: run "
                 "dualpath-rig up")
      ->excludes(from)
      ->excludes(at);
  AddResultsOption(*command_, options_.results,
                   "The results directory with the case of --at (default: build/results)");
  command_->add_option("--save", options_.save,
                       "Save a snapshot of the VM under this name when the shell exits");
  command_->add_flag("--guest", options_.guest,
                     "Print the guest's console in the VM of the running shell --name instead");
  command_->footer(
      "Runs standard input as a script if that is not a terminal. Exits with the shell's exit "
      "code.");
}

}  // namespace dualpath::cli
