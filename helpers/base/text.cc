#include "helpers/base/text.h"

namespace dualpath {

std::string Tail(const std::string& text, std::size_t most) {
  const std::size_t end = text.find_last_not_of(" \t\r\n") + 1;  // npos + 1 is 0
  return end <= most ? text.substr(0, end) : "..." + text.substr(end - most, most);
}

}  // namespace dualpath
