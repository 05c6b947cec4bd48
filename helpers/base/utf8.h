#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dualpath {

/// Returns whether `text` is UTF-8 throughout, without overlong forms and surrogates.
bool IsValidUtf8(std::string_view text);

/// Replaces every byte that is not part of a valid character with U+FFFD.
std::string ReplaceInvalidUtf8(std::string_view text);

/// Returns the first `most_bytes` bytes of `text`, or up to three fewer so as not to cut a
/// character in half.
std::string CutUtf8(std::string text, std::size_t most_bytes);

}  // namespace dualpath
