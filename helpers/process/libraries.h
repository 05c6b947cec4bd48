#pragma once

#include <set>
#include <string>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"

namespace dualpath::process {

/// Returns the file names of the loader and the libraries that `program` would be run with here;
/// none if it is statically linked. A missing library is an `Error`.
Result<std::set<std::string>> LibrariesOf(const std::string& program, Deadline deadline);

/// Returns whether the library is the dynamic loader: "/lib64/ld-linux-x86-64.so.2".
bool IsLoader(const std::string& library);

}  // namespace dualpath::process
