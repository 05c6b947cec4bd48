#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// Small things that the agent's parts share.
namespace dualpath::guest::agent {

/// CLOCK_MONOTONIC, the clock of every time stamp on the wire.
std::uint64_t MonotonicNs();

/// The names in a directory, sorted; none if it cannot be read.
std::vector<std::string> ListDirectory(const std::string& path);

/// The attribute's text, or an empty string: not every kernel has every attribute.
std::string AttributeOrEmpty(const std::string& path);

/// Copies as much of `text` as fits, always terminated.
void CopyText(const std::string& text, char* to, std::size_t size);

}  // namespace dualpath::guest::agent
