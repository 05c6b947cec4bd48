#pragma once

#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace dualpath {

/// Parses the whole text as a number: no blanks, no "+", no "0x", and "-" only for signed types.
/// Returns nothing for other text or a number out of T's range.
template <typename T>
std::optional<T> ParseWhole(std::string_view text, int base = 10) {
  T number = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, ec] = std::from_chars(text.data(), end, number, base);
  if (ec != std::errc() || stopped != end) return std::nullopt;
  return number;
}

/// Like `ParseWhole`, but reads a number after "0x" as hexadecimal.
template <typename T>
std::optional<T> ParseDecimalOrHex(std::string_view text) {
  constexpr std::string_view kHex = "0x";
  if (text.substr(0, kHex.size()) != kHex) return ParseWhole<T>(text);
  return ParseWhole<T>(text.substr(kHex.size()), 16);
}

/// Parses the number after `prefix` in a text that consists of only these two: "lun_0" -> 0.
template <typename T>
std::optional<T> ParseAfter(std::string_view prefix, std::string_view text) {
  if (text.substr(0, prefix.size()) != prefix) return std::nullopt;
  return ParseWhole<T>(text.substr(prefix.size()));
}

}  // namespace dualpath
