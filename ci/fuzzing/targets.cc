#include "ci/fuzzing/targets.h"

#include <algorithm>

namespace dualpath::fuzzing {

Status Promise(bool kept, const std::string& promise, const std::string& seen) {
  if (kept) return Ok{};
  return Error::Because("fuzz", promise, "not so: " + seen);
}

std::pair<std::string, std::string> Split(const std::string& text, char separator) {
  const std::size_t at = text.find(separator);
  if (at == std::string::npos) return {text, ""};
  return {text.substr(0, at), text.substr(at + 1)};
}

unsigned TakeChoice(std::string& input, unsigned choices) {
  if (input.empty()) return 0;
  const auto first = static_cast<unsigned char>(input[0]);
  input.erase(0, 1);
  return (first >= '0' ? first - '0' : first) % choices;
}

std::size_t Count(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return lines;
}

}  // namespace dualpath::fuzzing
