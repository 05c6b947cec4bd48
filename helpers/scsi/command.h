#pragma once

#include <chrono>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "helpers/scsi/bytes.h"

namespace dualpath::scsi {

enum class Direction { kNone, kIn, kOut };

/// One SCSI command, to be sent by the guest's agent (guest::AgentClient::StartScsi) or by this
/// process (scsi::Execute). Built by the functions below and in persistent_reservation.h; a case
/// may change any byte.
struct Command {
  std::string name;  ///< for messages: "READ(10) of 8 blocks at 0"
  Bytes cdb;         ///< 6 to 32 bytes
  Direction direction = Direction::kNone;
  std::uint32_t data_in_bytes = 0;  ///< size of the data-in buffer; only for Direction::kIn
  Bytes data_out{};                 ///< only for Direction::kOut

  /// Timeout of the SG_IO ioctl. The guest's virtio-scsi driver ignores it: it never times out a
  /// command.
  std::chrono::milliseconds timeout{60000};
};

std::ostream& operator<<(std::ostream& out, const Command& command);

/// Returns a command without data, for opcodes that have no builder.
Command Bare(std::string name, Bytes cdb);

Command TestUnitReady();  ///< SPC-4 6.47
Command RequestSense();   ///< SPC-4 6.39; fixed format

/// SPC-4 6.6. The default allocation length fits the one-byte field of older standards.
Command StandardInquiry(std::uint16_t allocation_length = 0xff);
Command VpdInquiry(std::uint8_t page, std::uint16_t allocation_length = 1024);

Command ReportLuns(std::uint32_t allocation_length = 4096);              ///< SPC-4 6.33
Command ReportTargetPortGroups(std::uint32_t allocation_length = 4096);  ///< SPC-4 6.37

inline constexpr std::uint32_t kBlockBytes = 512;  ///< LIO's default block size

/// SBC-3 5.11 and 5.13.
Command Read10(std::uint32_t lba, std::uint16_t blocks, std::uint32_t block_bytes = kBlockBytes);
Command Read16(std::uint64_t lba, std::uint32_t blocks, std::uint32_t block_bytes = kBlockBytes);

/// SBC-3 5.32 and 5.34. `data` is a whole number of blocks.
Command Write10(std::uint32_t lba, Bytes data, std::uint32_t block_bytes = kBlockBytes);
Command Write16(std::uint64_t lba, Bytes data, std::uint32_t block_bytes = kBlockBytes);

/// SBC-3 5.44. `block` is the data of one block; `unmap` allows the device to deallocate the
/// blocks.
Command WriteSame16(std::uint64_t lba, std::uint32_t blocks, Bytes block, bool unmap = false);

struct BlockRange {
  std::uint64_t lba = 0;
  std::uint32_t blocks = 0;
};

/// SBC-3 5.28.
Command Unmap(const std::vector<BlockRange>& ranges);

/// SBC-3 5.22 and 5.23. 0 blocks means up to the last block.
Command SynchronizeCache10(std::uint32_t lba = 0, std::uint16_t blocks = 0);
Command SynchronizeCache16(std::uint64_t lba = 0, std::uint32_t blocks = 0);

}  // namespace dualpath::scsi
