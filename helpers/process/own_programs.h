#pragma once

#include <string>

namespace dualpath::process {

/// Returns the directory of the running program.
std::string OwnDirectory();

/// Return programs of the same build, in the directory of the running program.
std::string RigProgram();
std::string GuestAgent();
std::string ShellTerminal();

/// Returns the command that runs `dualpath` of the same build in the current directory:
/// "build/bin/dualpath" at the top of a clone.
std::string DualpathCommand();

/// Returns the default directory of results, next to that of the programs whatever the current
/// directory is: "build/results" at the top of a clone.
std::string DefaultResults();

/// Returns a file name relative to `here` if it is below, and otherwise unchanged.
std::string FromHere(const std::string& file, const std::string& here);

}  // namespace dualpath::process
