#pragma once

#include <boost/crc.hpp>

namespace dualpath::guest {

/// CRC-32C (Castagnoli), as in iSCSI and ext4, for the frames on the channel. Table-driven, one
/// lookup per byte: too slow for the blocks of verified I/O (0.4 us a byte under two emulators,
/// where a write of 4 KiB takes 1.5 ms), which use BlockChecksum (block_content.h).
using Crc32c = boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true>;

}  // namespace dualpath::guest
