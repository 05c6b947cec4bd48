#pragma once

#include <string>
#include <string_view>

namespace dualpath::timeline {

/// Returns whether a kernel message is about disks, their transports, device-mapper or a
/// filesystem.
bool IsAboutStorage(const std::string& message);

/// Returns whether a line has the form of a line of `multipath -ll`.
bool IsTopologyLine(std::string_view line);

}  // namespace dualpath::timeline
