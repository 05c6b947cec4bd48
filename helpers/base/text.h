#pragma once

#include <cstddef>
#include <string>

namespace dualpath {

/// Returns the last `most` bytes of `text` without trailing white space, after "..." if there were
/// more: for messages.
std::string Tail(const std::string& text, std::size_t most = 2000);

}  // namespace dualpath
