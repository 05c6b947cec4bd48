#pragma once

#include <cstddef>
#include <string>

#include "helpers/base/result.h"

namespace dualpath::guest::agent {

/// Formats a /dev/kmsg record ("6,339,5140900,-;NET: Registered\n KEY=value\n") like dmesg:
/// "[    5.140900] NET: Registered\n". Format: Documentation/ABI/testing/dev-kmsg in Linux.
std::string FormatKernelRecord(const std::string& record);

/// Returns the last lines of the kernel log, at most `max_bytes`. Never blocks.
Result<std::string> ReadKernelLog(const std::string& kmsg_path, std::size_t max_bytes);

}  // namespace dualpath::guest::agent
