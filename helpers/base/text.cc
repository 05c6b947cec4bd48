#include "helpers/base/text.h"

namespace dualpath {

std::string Tail(const std::string& text, std::size_t most) {
  const std::size_t end = text.find_last_not_of(" \t\r\n") + 1;  // npos + 1 is 0
  return end <= most ? text.substr(0, end) : "..." + text.substr(end - most, most);
}

std::string WithoutControls(const std::string& text) {
  std::string shown;
  shown.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const auto next = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
    // U+0080 to U+009F, ESC and a character in one.
    const bool is_c1 = byte == 0xc2 && next >= 0x80 && next <= 0x9f;
    const bool is_control = (byte < ' ' && byte != '\n') || byte == 0x7f || is_c1;
    shown += is_control ? '?' : text[i];
    if (is_c1) ++i;
  }
  return shown;
}

}  // namespace dualpath
