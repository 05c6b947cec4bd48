#pragma once

#include <cstddef>
#include <string>

namespace dualpath {

/// Returns the last `most` bytes of `text` without trailing white space, after "..." if there were
/// more: for messages.
std::string Tail(const std::string& text, std::size_t most = 2000);

/// Returns the text with "?" for each control character but the newline: a terminal could take one,
/// of a log or a VM, as a command. Takes UTF-8.
std::string WithoutControls(const std::string& text);

}  // namespace dualpath
