#include "helpers/process/shell_words.h"

namespace dualpath::process {

std::string QuotedForShell(const std::string& word) {
  std::string quoted = "'";
  for (const char c : word) {
    // The lab agent reads a line at a time.
    quoted += c == '\'' ? std::string("'\\''") : c == '\n' ? "'$'\\n''" : std::string(1, c);
  }
  return quoted + "'";
}

}  // namespace dualpath::process
