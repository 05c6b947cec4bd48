#pragma once

#include <string>

namespace dualpath::process {

/// `word` as one word of a shell's command line, whatever is in it.
std::string QuotedForShell(const std::string& word);

}  // namespace dualpath::process
