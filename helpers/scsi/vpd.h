#pragma once

#include <cstdint>

#include "helpers/base/result.h"
#include "helpers/scsi/bytes.h"

/// Vital product data pages, as `VpdInquiry` brings them. What identifies a unit is in inquiry.h.
namespace dualpath::scsi {

/// The size of what follows the four bytes of header, after checking that this is the page and that
/// it is whole (SPC-4, 7.8.2).
Result<std::size_t> VpdPayloadBytes(const Bytes& page, std::uint8_t code);

inline constexpr std::uint8_t kBlockLimitsPage = 0xb0;
inline constexpr std::uint8_t kBlockDeviceCharacteristicsPage = 0xb1;
inline constexpr std::uint8_t kLogicalBlockProvisioningPage = 0xb2;

/// In logical blocks; 0: the device does not say, which for a maximum also means no limit. For a
/// shorter page, of an older standard, the fields that it lacks are 0.
struct BlockLimits {
  std::uint32_t optimal_transfer_granularity = 0;
  std::uint32_t maximum_transfer = 0;
  std::uint32_t optimal_transfer = 0;
  std::uint32_t maximum_unmap_blocks = 0;
  std::uint32_t maximum_unmap_descriptors = 0;
  std::uint32_t optimal_unmap_granularity = 0;
  std::uint64_t maximum_write_same = 0;
  bool write_same_nonzero = false;  ///< WSNZ: a WRITE SAME of 0 blocks is refused
};

/// VPD page 0xb0 (SBC-3, 6.6.4).
Result<BlockLimits> ParseBlockLimitsPage(const Bytes& page);

struct LogicalBlockProvisioning {
  bool unmap = false;             ///< LBPU: UNMAP is there
  bool write_same_16 = false;     ///< LBPWS: WRITE SAME(16) takes the UNMAP bit
  bool write_same_10 = false;     ///< LBPWS10: WRITE SAME(10) does
  bool reads_zeros = false;       ///< LBPRZ is 1: what is unmapped reads as zeros
  std::uint8_t provisioning = 0;  ///< 0: not said; 1: resource; 2: thin
};

/// VPD page 0xb2 (SBC-3, 6.6.6).
Result<LogicalBlockProvisioning> ParseLogicalBlockProvisioningPage(const Bytes& page);

}  // namespace dualpath::scsi
