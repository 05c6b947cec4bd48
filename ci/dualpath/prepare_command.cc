#include "ci/dualpath/prepare_command.h"

#include "ci/dualpath/common_options.h"
#include "ci/dualpath/own_options.h"

namespace dualpath::cli {

PrepareCommand::PrepareCommand(CLI::App& app)
    : Subcommand(app.add_subcommand("prepare", "Build the lab's image and snapshots if missing")) {
  auto* programs =
      command_->add_option("programs", options_.programs, "Case programs to load into snapshots")
          ->check(CLI::ExistingFile);
  command_
      ->add_flag("--boot-only", options_.boot_only,
                 "Stop at the snapshot of the booted lab, which does not need dualpath-rig")
      ->excludes(programs);
  AddLabOptions(*command_, options_.stack, options_.accelerator);
  AddOwnOptions(*command_, options_.own);
}

}  // namespace dualpath::cli
