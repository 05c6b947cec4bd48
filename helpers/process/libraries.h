#pragma once

#include <set>
#include <string>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"

namespace dualpath::process {

/// The loader and the libraries that `program` would be run with here, by their paths; none if it
/// is statically linked. A library that is missing is an `Error`.
Result<std::set<std::string>> LibrariesOf(const std::string& program, Deadline deadline);

/// Whether this library is the dynamic loader: "/lib64/ld-linux-x86-64.so.2".
bool IsLoader(const std::string& library);

}  // namespace dualpath::process
