#pragma once

#include <cstddef>

namespace dualpath {

/// Longest text for std::regex: libstdc++'s recurses for each character, so that a long line would
/// overflow the stack. The kernel's lines have at most 2048 bytes (PRINTK_MESSAGE_MAX).
inline constexpr std::size_t kLongestForRegex = 2048;

}  // namespace dualpath
