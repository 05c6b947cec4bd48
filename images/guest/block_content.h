#pragma once

#include <cstddef>
#include <cstdint>

#include "helpers/base/result.h"

/// The content of a verified block: what the agent writes to its disk, and what a test looks for in
/// storage.raw afterwards. A block says whose it is, and damage to it can be told by kind:
///   - torn: its sectors (512 bytes) come from different writes;
///   - stale: whole, but from an earlier write than the one that was acknowledged;
///   - foreign: whole, but written to another block or by another run;
///   - all zeros: never written.
namespace dualpath::guest {

inline constexpr std::size_t kSectorBytes = 512;

/// The identity of one write.
struct BlockIdentity {
  std::uint64_t run_id = 0;
  std::uint64_t block = 0;
  std::uint64_t sequence = 0;
};

/// At the start of every block. The pattern fills the rest; each further sector begins with the
/// write's identity, so that a torn block names both of its writes.
struct BlockHeader {
  char magic[8];  ///< "DUALPATH"
  std::uint64_t run_id;
  std::uint64_t block;
  std::uint64_t sequence;
  std::uint32_t bytes;     ///< of the whole block
  std::uint32_t checksum;  ///< BlockChecksum
};

/// Writes a verified block of `size` bytes, a multiple of 512, to `data`, which is aligned for a
/// std::uint64_t.
void FillBlock(void* data, std::size_t size, const BlockIdentity& identity);

/// CRC-32C of the block with the header's checksum field taken as zero. Defined for any content.
std::uint32_t BlockChecksum(const void* data, std::size_t size);

/// Whose block this is, or what is wrong with it: never written, not ours, torn, or damaged at a
/// given offset. `where` is the object of the error: "block 7 of storage.raw".
Result<BlockIdentity> ParseBlock(const void* data, std::size_t size, const std::string& where);

/// As `ParseBlock`, and it must be this write's: else the error says stale, newer or foreign.
Status CheckBlock(const void* data, std::size_t size, const BlockIdentity& expected,
                  const std::string& where);

}  // namespace dualpath::guest
