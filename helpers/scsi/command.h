#pragma once

#include <chrono>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "helpers/scsi/bytes.h"

namespace dualpath::scsi {

enum class Direction { kNone, kIn, kOut };

/// One SCSI command, ready to be sent: by the guest's agent (guest::AgentClient::StartScsi) or here
/// (scsi::Execute). The builders below and in persistent_reservation.h make them; a case may change
/// any byte of one.
struct Command {
  std::string name;  ///< for messages: "READ(10) of 8 blocks at 0"
  Bytes cdb;         ///< 6 to 32 bytes
  Direction direction = Direction::kNone;
  std::uint32_t data_in_bytes = 0;  ///< room for data in; with Direction::kIn only
  Bytes data_out{};                 ///< with Direction::kOut only

  /// SG_IO's. The guest's virtio-scsi driver never times a command out, whatever this says.
  std::chrono::milliseconds timeout{60000};
};

std::ostream& operator<<(std::ostream& out, const Command& command);

/// A name and a CDB, without data: for opcodes that have no builder.
Command Bare(std::string name, Bytes cdb);

Command TestUnitReady();  ///< SPC-4 6.47
Command RequestSense();   ///< SPC-4 6.39; fixed format

/// SPC-4 6.6. By default no more is asked for than one byte of length can say.
Command StandardInquiry(std::uint16_t allocation_length = 0xff);
Command VpdInquiry(std::uint8_t page, std::uint16_t allocation_length = 1024);

Command ReportLuns(std::uint32_t allocation_length = 4096);              ///< SPC-4 6.33
Command ReportTargetPortGroups(std::uint32_t allocation_length = 4096);  ///< SPC-4 6.37

inline constexpr std::uint32_t kBlockBytes = 512;  ///< LIO's by default

/// SBC-3 5.11 and 5.13.
Command Read10(std::uint32_t lba, std::uint16_t blocks, std::uint32_t block_bytes = kBlockBytes);
Command Read16(std::uint64_t lba, std::uint32_t blocks, std::uint32_t block_bytes = kBlockBytes);

/// SBC-3 5.32 and 5.34. `data` is a whole number of blocks.
Command Write10(std::uint32_t lba, Bytes data, std::uint32_t block_bytes = kBlockBytes);
Command Write16(std::uint64_t lba, Bytes data, std::uint32_t block_bytes = kBlockBytes);

/// SBC-3 5.44. `block` is the data of one block; with `unmap` the blocks may be deallocated.
Command WriteSame16(std::uint64_t lba, std::uint32_t blocks, Bytes block, bool unmap = false);

struct BlockRange {
  std::uint64_t lba = 0;
  std::uint32_t blocks = 0;
};

/// SBC-3 5.28.
Command Unmap(const std::vector<BlockRange>& ranges);

/// SBC-3 5.22 and 5.23. 0 blocks: up to the last one.
Command SynchronizeCache10(std::uint32_t lba = 0, std::uint16_t blocks = 0);
Command SynchronizeCache16(std::uint64_t lba = 0, std::uint32_t blocks = 0);

}  // namespace dualpath::scsi
