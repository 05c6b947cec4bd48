#pragma once

#include <cstdint>

#include "helpers/base/result.h"
#include "helpers/scsi/bytes.h"

/// Parsers of vital product data pages, as `VpdInquiry` returns them. Page 0x83 is in inquiry.h.
namespace dualpath::scsi {

/// Returns the size of the page without its header of four bytes. Fails if it is another page or
/// truncated (SPC-4, 7.8.2).
Result<std::size_t> VpdPayloadBytes(const Bytes& page, std::uint8_t code);

inline constexpr std::uint8_t kBlockLimitsPage = 0xb0;
inline constexpr std::uint8_t kBlockDeviceCharacteristicsPage = 0xb1;
inline constexpr std::uint8_t kLogicalBlockProvisioningPage = 0xb2;

/// Limits in logical blocks. 0 means not reported; for a maximum also no limit. Fields that the
/// shorter page of an older standard lacks are 0.
struct BlockLimits {
  std::uint32_t optimal_transfer_granularity = 0;
  std::uint32_t maximum_transfer = 0;
  std::uint32_t optimal_transfer = 0;
  std::uint32_t maximum_unmap_blocks = 0;
  std::uint32_t maximum_unmap_descriptors = 0;
  std::uint32_t optimal_unmap_granularity = 0;
  std::uint64_t maximum_write_same = 0;
  bool write_same_nonzero = false;  ///< WSNZ: a WRITE SAME of 0 blocks is rejected
};

/// VPD page 0xb0 (SBC-3, 6.6.4).
Result<BlockLimits> ParseBlockLimitsPage(const Bytes& page);

struct LogicalBlockProvisioning {
  bool unmap = false;             ///< LBPU: UNMAP is supported
  bool write_same_16 = false;     ///< LBPWS: WRITE SAME(16) supports the UNMAP bit
  bool write_same_10 = false;     ///< LBPWS10: WRITE SAME(10) supports the UNMAP bit
  bool reads_zeros = false;       ///< LBPRZ is 1: unmapped blocks read as zeros
  std::uint8_t provisioning = 0;  ///< 0: not reported; 1: resource; 2: thin
};

/// VPD page 0xb2 (SBC-3, 6.6.6).
Result<LogicalBlockProvisioning> ParseLogicalBlockProvisioningPage(const Bytes& page);

}  // namespace dualpath::scsi
