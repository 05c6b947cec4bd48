#include "ci/dualpath/image_command.h"

#include <algorithm>
#include <ctime>
#include <iostream>

#include "ci/dualpath/image_actions.h"
#include "ci/dualpath/own_options.h"
#include "helpers/base/exit_code.h"
#include "helpers/lab/image/recipe.h"
#include "helpers/process/interrupt.h"

namespace dualpath::cli {
namespace {

/// Returns whether the word looks like a key that `list` prints: "STACK-DIGEST-DIGEST".
bool IsKey(const std::string& word) {
  const std::vector<std::string> stacks = lab::KnownStacks();
  return std::any_of(stacks.begin(), stacks.end(),
                     [&](const std::string& stack) { return word.rfind(stack + "-", 0) == 0; });
}

}  // namespace

ImageCommand::ImageCommand(CLI::App& app)
    : Subcommand(app.add_subcommand("image", "List, build and remove the lab's images")),
      list_(command_->add_subcommand("list", "Print the stacks, and what is in their images")),
      build_(command_->add_subcommand("build", "Build images that are missing")),
      show_(command_->add_subcommand("show", "Print versions, place and age of an image")),
      prune_(command_->add_subcommand(
          "prune", "Remove images that no recipe refers to any more, and their snapshots")) {
  command_->require_subcommand(1);
  const CLI::Validator known = CLI::IsMember(lab::KnownStacks());
  build_->add_option("stacks", stacks_, "The stacks")->required()->check(known);
  build_->add_flag("--refresh", refresh_, "Build with today's packages, even if built already");
  AddOwnOptions(*build_, own_);
  show_->add_option("image", stack_, "A stack, or the key of an image with parts of your own")
      ->required()
      ->check(CLI::Validator(
          [known](const std::string& word) { return IsKey(word) ? "" : known(word); },
          "STACK|KEY"));
  prune_
      ->add_option("--older-than", older_than_days_,
                   "Also remove images older than this number of days")
      ->check(CLI::Range(0, std::numeric_limits<int>::max()));
}

Status ImageCommand::Act() const {
  DUALPATH_TRY(const lab::Cache cache, lab::Cache::Open());
  const std::time_t now = std::time(nullptr);
  if (list_->parsed()) return ListImages(cache, now, std::cout);
  if (show_->parsed()) return ShowImage(cache, stack_, now, std::cout);
  if (prune_->parsed()) return PruneImages(cache, {older_than_days_, now}, std::cout);
  for (const std::string& stack : stacks_) {
    DUALPATH_TRY_STATUS(BuildImage(cache, stack, refresh_, std::cout, own_));
  }
  return Ok{};
}

int ImageCommand::Run() const {
  if (build_->parsed() && !AcceptOwn(own_, "dualpath image")) return kUsage;
  const Status acted = Act();
  if (acted.ok()) return kAllPassed;
  process::StopIfEnding();
  std::cerr << "dualpath image: " << acted.error().ToString() << "\n";
  return kInfrastructure;
}

}  // namespace dualpath::cli
