#pragma once

#include <string>

namespace dualpath::process {

/// Directory of the running program.
std::string OwnDirectory();

/// Programs of the same build, beside the running one.
std::string RigProgram();
std::string GuestAgent();

/// Default directory of results.
std::string DefaultResults();

}  // namespace dualpath::process
