#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

/// Content of a verified block, which the agent writes to its disk and the oracle looks for in
/// storage.raw. A block identifies the write it comes from, so damage can be classified:
///   - torn: its sectors (512 bytes) come from different writes;
///   - stale: whole, but from a write before the acknowledged one;
///   - foreign: whole, but written to another block or by another run;
///   - all zeros: never written.
namespace dualpath::guest {

inline constexpr std::size_t kSectorBytes = 512;

/// Identity of one write.
struct BlockIdentity {
  std::uint64_t run_id = 0;
  std::uint64_t block = 0;
  std::uint64_t sequence = 0;

  bool operator==(const BlockIdentity& other) const {
    return run_id == other.run_id && block == other.block && sequence == other.sequence;
  }
};

/// "sequence 42 of run 3 for block 7".
std::string ToString(const BlockIdentity& identity);

/// Start of every block. A pattern fills the rest; each further sector begins with the write's
/// identity, so that both writes of a torn block can be identified.
struct BlockHeader {
  char magic[8];  ///< "DUALPATH"
  std::uint64_t run_id;
  std::uint64_t block;
  std::uint64_t sequence;
  std::uint32_t bytes;     ///< size of the whole block
  std::uint32_t checksum;  ///< BlockChecksum
};

/// Writes a verified block of `size` bytes, a multiple of 512, to `data`, which is aligned for a
/// std::uint64_t. Returns its checksum.
std::uint32_t FillBlock(void* data, std::size_t size, const BlockIdentity& identity);

/// Returns the checksum of a block with the header's checksum field taken as zero; works for any
/// content of at least a sector, aligned for a std::uint64_t. Fletcher's two sums over 64-bit
/// words, folded: they depend on every byte and its position and take three instructions for eight
/// bytes read, and none for FillBlock, whose words are an arithmetic progression. A CRC without
/// hardware takes three for each byte; under two emulators a write of 4 KiB then took longer in the
/// agent than on the disk.
std::uint32_t BlockChecksum(const void* data, std::size_t size);

enum class BlockState : std::uint32_t {
  kUnknown = 0,    ///< not inspected
  kWhole = 1,      ///< unchanged since FillBlock
  kZeros = 2,      ///< never written
  kUnmarked = 3,   ///< no magic: not written by the agent
  kOtherSize = 4,  ///< written by the agent as a block of another size
  kTorn = 5,       ///< begins as one write, or with zeros, and continues as another or with zeros
  kDamaged = 6,    ///< written by the agent, then changed
};

/// Result of inspecting a block.
struct BlockFinding {
  BlockState state = BlockState::kUnknown;
  BlockIdentity identity{};            ///< identity in the header; zeros without one
  std::uint32_t checksum = 0;          ///< BlockChecksum
  std::uint32_t first_wrong_byte = 0;  ///< torn or damaged: first byte not of that write

  /// Torn: every sector is zeros or as a write of this size left it. `others` are those other than
  /// `identity`; zeros, which no write has, for sectors of zeros.
  bool only_writes = false;
  std::uint32_t other_count = 0;
  std::array<BlockIdentity, 3> others{};
};

/// Inspects `size` bytes, a multiple of 512, aligned for a std::uint64_t. Does not allocate, since
/// the agent calls it for every read.
BlockFinding InspectBlock(const void* data, std::size_t size);

/// "sequence 42 of run 3 for block 7, checksum good".
std::string ToString(const BlockFinding& finding);

/// Like `ToString(InspectBlock(...))`, but names both writes of a torn block.
std::string DescribeContent(const void* data, std::size_t size);

/// Returns the kind of difference from the expected write: "lost", "stale", "torn", "foreign", ...
std::string KindOf(const BlockFinding& finding, const BlockIdentity& expected);

/// Returns the first byte that differs from the expected write's content, or `size`.
std::size_t FirstDifference(const void* data, std::size_t size, const BlockIdentity& expected);

}  // namespace dualpath::guest
