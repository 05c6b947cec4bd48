#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

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

  bool operator==(const BlockIdentity& other) const {
    return run_id == other.run_id && block == other.block && sequence == other.sequence;
  }
};

/// "sequence 42 of run 3 for block 7".
std::string ToString(const BlockIdentity& identity);

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
/// std::uint64_t. Returns its checksum.
std::uint32_t FillBlock(void* data, std::size_t size, const BlockIdentity& identity);

/// Of a block with the header's checksum field taken as zero; defined for any content of at least a
/// sector, aligned for a std::uint64_t. Fletcher's two sums over 64-bit words, folded: they see
/// every byte and its place, take three instructions for eight bytes of what was read, and none for
/// what FillBlock wrote, as its words are an arithmetic progression. A CRC without hardware takes
/// three for each byte; under two emulators that made a write of 4 KiB wait longer for the agent
/// than for the disk.
std::uint32_t BlockChecksum(const void* data, std::size_t size);

enum class BlockState : std::uint32_t {
  kUnknown = 0,    ///< nobody has looked
  kWhole = 1,      ///< as FillBlock made it
  kZeros = 2,      ///< never written
  kUnmarked = 3,   ///< does not begin with DUALPATH: the agent did not write it
  kOtherSize = 4,  ///< the agent's, but of a block of another size
  kTorn = 5,       ///< begins as one write, and goes on as another one or with zeros
  kDamaged = 6,    ///< the agent's, but changed
};

/// What a place of a block turns out to hold.
struct BlockFinding {
  BlockState state = BlockState::kUnknown;
  BlockIdentity identity{};            ///< as the header claims; zeros if there is none
  std::uint32_t checksum = 0;          ///< BlockChecksum
  std::uint32_t first_wrong_byte = 0;  ///< torn or damaged: from here on it is not what that wrote
};

/// Looks at `size` bytes, a multiple of 512, aligned for a std::uint64_t. Allocates nothing: the
/// agent does it with every read.
BlockFinding InspectBlock(const void* data, std::size_t size);

/// "sequence 42 of run 3 for block 7, checksum good".
std::string ToString(const BlockFinding& finding);

/// The same of a block that is there to be looked at: of a torn one it names both writes.
std::string DescribeContent(const void* data, std::size_t size);

/// Why that is not what the write wrote, in a word: "lost", "stale", "torn", "foreign", ...
std::string KindOf(const BlockFinding& finding, const BlockIdentity& expected);

/// The first byte at which the content is not this write's, or `size`.
std::size_t FirstDifference(const void* data, std::size_t size, const BlockIdentity& expected);

}  // namespace dualpath::guest
