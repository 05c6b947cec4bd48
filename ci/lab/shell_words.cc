#include "ci/lab/shell_words.h"

namespace dualpath::lab {

std::string QuotedForShell(const std::string& word) {
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace dualpath::lab
