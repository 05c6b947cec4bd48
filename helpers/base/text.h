#pragma once

#include <cstddef>
#include <string>

namespace dualpath {

/// The end of `text` for a message: its last `most` bytes, behind "..." if there were more, without
/// trailing white space.
std::string Tail(const std::string& text, std::size_t most = 2000);

}  // namespace dualpath
