#pragma once

#include <string>

namespace dualpath::timeline {

/// Returns whether a kernel message is about disks, their transports, device-mapper or a
/// filesystem.
bool IsAboutStorage(const std::string& message);

}  // namespace dualpath::timeline
