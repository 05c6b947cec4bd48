#include "helpers/base/utf8.h"

#include <algorithm>
#include <boost/locale/utf.hpp>

namespace dualpath {
namespace {

namespace utf = boost::locale::utf;
using Utf8 = utf::utf_traits<char>;

/// Advances `text` past its first character and returns true; if that is not valid UTF-8, advances
/// past one byte and returns false.
bool SkipCharacter(std::string_view& text) {
  const char* next = text.data();
  const utf::code_point point = Utf8::decode(next, text.data() + text.size());
  const bool valid = point != utf::illegal && point != utf::incomplete;
  text.remove_prefix(valid ? static_cast<std::size_t>(next - text.data()) : 1);
  return valid;
}

}  // namespace

bool IsValidUtf8(std::string_view text) {
  while (!text.empty()) {
    if (!SkipCharacter(text)) return false;
  }
  return true;
}

std::string ReplaceInvalidUtf8(std::string_view text) {
  std::string valid;
  while (!text.empty()) {
    const std::string_view rest = text;
    const bool is_character = SkipCharacter(text);
    valid += is_character ? rest.substr(0, rest.size() - text.size()) : "\xEF\xBF\xBD";
  }
  return valid;
}

std::string CutUtf8(std::string text, std::size_t most_bytes) {
  if (text.size() <= most_bytes) return text;
  std::size_t end = most_bytes;
  const std::size_t least = most_bytes - std::min<std::size_t>(most_bytes, Utf8::max_width - 1);
  while (end > least && Utf8::is_trail(text[end])) --end;
  // So many consecutive continuation bytes are not UTF-8 anyway.
  text.resize(Utf8::is_trail(text[end]) ? most_bytes : end);
  return text;
}

}  // namespace dualpath
