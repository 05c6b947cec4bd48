#pragma once

#include <cstdint>
#include <string>

#include "helpers/base/result.h"

namespace dualpath::scsi {

/// Reads `bytes` bytes of a block device at `offset`, bypassing the page cache (O_DIRECT). Both are
/// multiples of 4096. The error carries the errno of open(2) or pread(2).
Result<std::string> ReadDirect(const std::string& device, std::uint64_t offset, std::size_t bytes);

}  // namespace dualpath::scsi
