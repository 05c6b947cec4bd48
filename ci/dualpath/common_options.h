#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "helpers/lab/image/accel.h"

namespace dualpath::cli {

/// Adds --stack and --accel: the lab's distribution, and what its CPU is.
void AddLabOptions(CLI::App& command, std::string& stack, lab::Accelerator& accelerator);

/// Adds --results, which DUALPATH_RESULTS sets too.
CLI::Option* AddResultsOption(CLI::App& command, std::string& results,
                              const std::string& description);

}  // namespace dualpath::cli
