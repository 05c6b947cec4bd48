#include "ci/dualpath/common_options.h"

#include <algorithm>
#include <boost/algorithm/string/predicate.hpp>
#include <boost/algorithm/string/replace.hpp>
#include <cstdlib>

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

std::string NameVariable(std::string message, const CLI::App& app,
                         const std::vector<std::string>& words) {
  const auto is_given = [&](const std::string& option) {
    return std::any_of(words.begin(), words.end(), [&](const std::string& word) {
      return word == option || boost::starts_with(word, option + "=");
    });
  };
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    for (const CLI::Option* option : command->get_options()) {
      const std::string& variable = option->get_envname();
      const std::string name = option->get_name();
      if (variable.empty() || std::getenv(variable.c_str()) == nullptr || is_given(name)) continue;
      boost::replace_first(message, name, variable);
    }
  }
  return message;
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
