#include "ci/dualpath/common_options.h"

#include "helpers/lab/image/image.h"

namespace dualpath::cli {

void AddLabOptions(CLI::App& command, std::string& stack, lab::Accelerator& accelerator) {
  command.add_option("--stack", stack, "The lab's distribution")
      ->check(CLI::IsMember(lab::KnownStacks()))
      ->envname("DUALPATH_STACK")
      ->capture_default_str();
  const auto& known = lab::Accelerators();
  command
      .add_option_function<std::string>(
          "--accel", [&](const std::string& name) { accelerator = known.at(name); },
          "tcg: emulated CPU, virtual time; kvm: this machine's KVM, which must support nesting, "
          "real "
          "time")
      ->check(CLI::IsMember(known))
      ->envname("DUALPATH_ACCEL")
      ->default_str(ToString(accelerator));
}

CLI::Option* AddResultsOption(CLI::App& command, std::string& results,
                              const std::string& description) {
  return command.add_option("--results", results, description)->envname("DUALPATH_RESULTS");
}

void AddSelectionOptions(CLI::App& command, std::vector<std::string>& selection) {
  for (const char* option : {"-R", "-E", "-L"}) {
    command.add_option_function<std::string>(
        option,
        [&selection, option](const std::string& regex) {
          selection.insert(selection.end(), {option, regex});
        },
        "Select cases, as in ctest (default: -L '^case$')");
  }
}

}  // namespace dualpath::cli
