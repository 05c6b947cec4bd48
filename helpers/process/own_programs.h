#pragma once

#include <string>

namespace dualpath::process {

/// Returns the directory of the running program.
std::string OwnDirectory();

/// Return programs of the same build, in the directory of the running program.
std::string RigProgram();
std::string GuestAgent();
std::string ShellTerminal();

/// Returns the default directory of results.
std::string DefaultResults();

}  // namespace dualpath::process
