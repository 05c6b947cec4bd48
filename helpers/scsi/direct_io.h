#pragma once

#include <cstdint>
#include <string>

#include "helpers/base/result.h"

namespace dualpath::scsi {

/// `bytes` of a block device from `offset` on, past the page cache (O_DIRECT). Both are multiples
/// of 4096. The error has the errno that the device gave.
Result<std::string> ReadDirect(const std::string& device, std::uint64_t offset, std::size_t bytes);

}  // namespace dualpath::scsi
