#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "helpers/lab/image/own.h"

namespace dualpath::cli {

/// Help that goes with the options.
constexpr char kAboutOwn[] =
    "With --kernel or --overlay, an image is derived from the stack's, once for each content; see "
    "images/lab/README.md, \"Bring your own\".";

/// Adds --kernel, --overlay and --append, the user's own parts of the lab. Without them, `own` is
/// what the environment asks for.
void AddOwnOptions(CLI::App& command, lab::Own& own);

/// Checks them (lab::CheckOwn). If something is wrong, says so on standard error, as `command`, and
/// returns false: the command then ends with kUsage.
bool AcceptOwn(const lab::Own& own, const std::string& command);

}  // namespace dualpath::cli
