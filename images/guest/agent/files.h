#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// Utilities of the agent.
namespace dualpath::guest::agent {

/// Returns CLOCK_MONOTONIC, the clock of every time on the wire.
std::uint64_t MonotonicNs();

/// Returns the sorted names in a directory; none if it cannot be read.
std::vector<std::string> ListDirectory(const std::string& path);

/// Returns the attribute's text, or an empty string where the kernel lacks the attribute.
std::string AttributeOrEmpty(const std::string& path);

/// Copies as much of `text` as fits, always NUL-terminated.
void CopyText(const std::string& text, char* to, std::size_t size);

}  // namespace dualpath::guest::agent
