#pragma once

#include <ostream>
#include <string>

namespace dualpath::cli {

/// `dualpath topology [FILE]`: saved output of `multipath -ll`, of any version, as JSON on `out`.
/// No name or "-" is standard input. Returns the exit code: 0, or 2 with one message on `err` if
/// the file cannot be read or holds no map.
int RunTopology(const std::string& file, std::ostream& out, std::ostream& err);

}  // namespace dualpath::cli
