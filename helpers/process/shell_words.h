#pragma once

#include <string>

namespace dualpath::process {

/// Quotes `word` as one word of a bash command line without line breaks.
std::string QuotedForShell(const std::string& word);

}  // namespace dualpath::process
