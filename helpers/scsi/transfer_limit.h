#pragma once

#include <cstdint>
#include <string>

#include "helpers/base/result.h"

namespace dualpath::scsi {

/// Largest request, in KiB, that the kernel makes of reads and writes of a block device:
/// queue/max_sectors_kb (Documentation/ABI/stable/sysfs-block). A table load gives a map the least
/// of its paths (block/blk-settings.c, blk_stack_limits). SG_IO is bound by max_hw_sectors_kb
/// instead, which cannot be changed.
///
/// `device` is a node or a link to one: "/dev/sdb", "/dev/mapper/mpatha".
Result<std::uint32_t> TransferLimitKib(const std::string& device,
                                       const std::string& sysfs = "/sys");
Status SetTransferLimitKib(const std::string& device, std::uint32_t kib,
                           const std::string& sysfs = "/sys");

}  // namespace dualpath::scsi
