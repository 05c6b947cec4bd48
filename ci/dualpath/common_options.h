#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "helpers/lab/image/accel.h"

namespace dualpath::cli {

/// Adds --stack and --accel: the lab's distribution, and its accelerator.
void AddLabOptions(CLI::App& command, std::string& stack, lab::Accelerator& accelerator);

/// Adds --results, which can also be set with DUALPATH_RESULTS.
CLI::Option* AddResultsOption(CLI::App& command, std::string& results,
                              const std::string& description);

/// Returns a message about an option with its variable in place of the option's name if the value
/// is that of the variable: none of `words`, the command line, is the option.
std::string NameVariable(std::string message, const CLI::App& app,
                         const std::vector<std::string>& words);

/// Adds -R, -E and -L, which select cases as in ctest, whose options they become.
void AddSelectionOptions(CLI::App& command, std::vector<std::string>& selection);

}  // namespace dualpath::cli
