#include "helpers/guest/wire/block_content.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace dualpath::guest {
namespace {

constexpr char kMagic[8] = {'D', 'U', 'A', 'L', 'P', 'A', 'T', 'H'};
constexpr std::size_t kChecksumAt = offsetof(BlockHeader, checksum);
constexpr std::size_t kWordBytes = sizeof(std::uint64_t);
constexpr std::size_t kSectorWords = kSectorBytes / kWordBytes;

constexpr std::size_t kChecksumWord = kChecksumAt / kWordBytes;
static_assert(kChecksumAt % kWordBytes == kWordBytes / 2, "the upper half of its word");

// Words per loop iteration: the overhead of an iteration exceeds the work on one word.
constexpr std::size_t kStride = 8;

using Sector = std::array<std::uint64_t, kSectorWords>;

/// Fletcher's sums over the words of a block: the sum of the words, and the sum of all partial
/// sums.
class Checksum {
 public:
  void Add(std::uint64_t word) {
    sum_ += word;
    sum_of_sums_ += sum_;
  }

  /// Returns the checksum of `count` words, the first `start` + `step`, each next `step` more.
  static Checksum OfProgression(std::uint64_t start, std::uint64_t step, std::uint64_t count) {
    const std::uint64_t pairs = count * (count + 1) / 2;
    Checksum checksum;
    checksum.sum_ = count * start + pairs * step;
    checksum.sum_of_sums_ = pairs * start + pairs * (count + 2) / 3 * step;
    return checksum;
  }

  /// Replaces a word that has `from_end` words from itself to the end.
  void Replace(std::uint64_t from_end, std::uint64_t was, std::uint64_t is) {
    sum_ += is - was;
    sum_of_sums_ += from_end * (is - was);
  }

  std::uint32_t value() const {
    const std::uint64_t mixed = (sum_ ^ sum_of_sums_ >> 32) * 0x9E3779B97F4A7C15U + sum_of_sums_;
    return static_cast<std::uint32_t>(mixed ^ mixed >> 32);
  }

 private:
  std::uint64_t sum_ = 0;
  std::uint64_t sum_of_sums_ = 0;
};

/// Content of a write's block: an arithmetic progression of words, whose checksum needs no pass
/// over them, overwritten by the identity at the start of every sector.
class Pattern {
 public:
  Pattern(std::size_t size, const BlockIdentity& identity) {
    // An odd multiplier keeps writes of neighbouring sequences and blocks apart in every word.
    step_ = (identity.sequence * 2 + 1) * 0x9E3779B97F4A7C15U ^ identity.block << 1;
    start_ = identity.run_id ^ step_;
    identity_ = {identity.run_id, identity.block, identity.sequence};
    BlockHeader header{};
    std::memcpy(header.magic, kMagic, sizeof(kMagic));
    header.run_id = identity.run_id;
    header.block = identity.block;
    header.sequence = identity.sequence;
    header.bytes = static_cast<std::uint32_t>(size);
    std::memcpy(header_.data(), &header, sizeof(header));
    header.checksum = ChecksumOf(size / kWordBytes).value();
    std::memcpy(header_.data(), &header, sizeof(header));
  }

  void Fill(std::size_t sector, std::uint64_t* words) const {
    const std::uint64_t step = step_;
    std::uint64_t word = start_ + sector * kSectorWords * step;
    for (std::uint64_t* to = words; to != words + kSectorWords; to += kStride) {
      to[0] = word += step;
      to[1] = word += step;
      to[2] = word += step;
      to[3] = word += step;
      to[4] = word += step;
      to[5] = word += step;
      to[6] = word += step;
      to[7] = word += step;
    }
    if (sector == 0) {
      std::copy(header_.begin(), header_.end(), words);
    } else {
      std::copy(identity_.begin(), identity_.end(), words);
    }
  }

  std::uint32_t checksum() const {
    return static_cast<std::uint32_t>(header_[kChecksumWord] >> 32);
  }

 private:
  /// Returns the checksum of `count` words, including the header.
  Checksum ChecksumOf(std::uint64_t count) const {
    Checksum checksum = Checksum::OfProgression(start_, step_, count);
    for (std::uint64_t at = 0; at < count; at += kSectorWords) {
      std::uint64_t word = start_ + at * step_;
      std::uint64_t from_end = count - at;
      const auto replace = [&](std::uint64_t is) {
        checksum.Replace(from_end--, word += step_, is);
      };
      if (at == 0) {
        for (const std::uint64_t is : header_) replace(is);
      } else {
        for (const std::uint64_t is : identity_) replace(is);
      }
    }
    return checksum;
  }

  std::uint64_t step_;
  std::uint64_t start_;
  std::array<std::uint64_t, sizeof(BlockHeader) / kWordBytes> header_;
  std::array<std::uint64_t, 3> identity_;
};

std::uint64_t WordAt(const char* data, std::size_t at) {
  std::uint64_t word = 0;
  std::memcpy(&word, data + at, sizeof(word));
  return word;
}

bool AllZeros(const char* data, std::size_t size) {
  for (std::size_t at = 0; at < size; at += kWordBytes) {
    if (WordAt(data, at) != 0) return false;
  }
  return true;
}

/// Finds the writes that the sectors of a torn block come from; see BlockFinding::only_writes.
class WritesInBlock {
 public:
  WritesInBlock(const char* data, std::size_t size) : data_(data), size_(size) {}

  /// Sets the finding's identity, if its first sector is zeros, and its members about other writes.
  void Describe(BlockFinding& finding) {
    bool any_zeros = false;
    for (std::size_t sector = 0; sector < size_ / kSectorBytes; ++sector) {
      BlockIdentity write;
      if (!Find(sector, write)) return;
      if (write == BlockIdentity{} ? std::exchange(any_zeros, true)
                                   : write == finding.identity || IsKnown(finding, write)) {
        continue;
      }
      if (finding.identity == BlockIdentity{} && !(write == BlockIdentity{})) {
        finding.identity = write;
        continue;
      }
      if (finding.other_count == finding.others.size()) return;
      finding.others[finding.other_count++] = write;
    }
    finding.only_writes = true;
  }

 private:
  static bool IsKnown(const BlockFinding& finding, const BlockIdentity& write) {
    const auto* const end = finding.others.begin() + finding.other_count;
    return std::find(finding.others.begin(), end, write) != end;
  }

  /// Returns whether the sector is as some write left it, or zeros.
  bool Find(std::size_t sector, BlockIdentity& write) const {
    const char* from = data_ + sector * kSectorBytes;
    if (AllZeros(from, kSectorBytes)) return true;
    if (sector == 0) {
      BlockHeader header;
      std::memcpy(&header, from, sizeof(header));
      write = {header.run_id, header.block, header.sequence};
    } else {
      std::memcpy(&write, from, sizeof(write));
    }
    Sector words;
    Pattern(size_, write).Fill(sector, words.data());
    return std::memcmp(from, words.data(), kSectorBytes) == 0;
  }

  const char* data_;
  std::size_t size_;
};

/// Returns whether the first wrong byte is in a sector that is all zeros or another write's; sets
/// `claim` to that write.
bool ContinuesAsAnotherWrite(const char* data, std::size_t size, std::size_t at,
                             BlockIdentity& claim) {
  const std::size_t sector = at / kSectorBytes;
  if (sector == 0 || at % kSectorBytes >= sizeof(BlockIdentity)) return false;
  const char* from = data + sector * kSectorBytes;
  std::memcpy(&claim, from, sizeof(claim));
  Sector words;
  Pattern(size, claim).Fill(sector, words.data());
  return AllZeros(from, kSectorBytes) || std::memcmp(from, words.data(), kSectorBytes) == 0;
}

}  // namespace

std::string ToString(const BlockIdentity& identity) {
  return "sequence " + std::to_string(identity.sequence) + " of run " +
         std::to_string(identity.run_id) + " for block " + std::to_string(identity.block);
}

std::uint32_t FillBlock(void* data, std::size_t size, const BlockIdentity& identity) {
  auto* words = static_cast<std::uint64_t*>(data);
  const Pattern pattern(size, identity);
  for (std::size_t sector = 0; sector < size / kSectorBytes; ++sector) {
    pattern.Fill(sector, words + sector * kSectorWords);
  }
  return pattern.checksum();
}

std::uint32_t BlockChecksum(const void* data, std::size_t size) {
  const auto* words = static_cast<const std::uint64_t*>(data);
  const std::uint64_t* const end = words + size / kWordBytes;
  Checksum checksum;
  for (std::size_t i = 0; i < kStride; ++i, ++words) {
    checksum.Add(i == kChecksumWord ? *words & 0xFFFFFFFF : *words);
  }
  for (; words != end; words += kStride) {
    checksum.Add(words[0]);
    checksum.Add(words[1]);
    checksum.Add(words[2]);
    checksum.Add(words[3]);
    checksum.Add(words[4]);
    checksum.Add(words[5]);
    checksum.Add(words[6]);
    checksum.Add(words[7]);
  }
  return checksum.value();
}

BlockFinding InspectBlock(const void* data, std::size_t size) {
  BlockFinding finding;
  finding.checksum = BlockChecksum(data, size);
  BlockHeader header;
  std::memcpy(&header, data, sizeof(header));
  if (std::memcmp(header.magic, kMagic, sizeof(kMagic)) != 0) {
    const auto* bytes = static_cast<const char*>(data);
    finding.state = AllZeros(bytes, size) ? BlockState::kZeros : BlockState::kUnmarked;
    if (finding.state == BlockState::kZeros || !AllZeros(bytes, kSectorBytes)) return finding;
    WritesInBlock(bytes, size).Describe(finding);
    if (finding.only_writes) finding.state = BlockState::kTorn;
    return finding;
  }
  finding.identity = {header.run_id, header.block, header.sequence};
  if (header.bytes != size) {
    finding.state = BlockState::kOtherSize;
  } else if (header.checksum == finding.checksum) {
    finding.state = BlockState::kWhole;
  } else {
    const std::size_t at = FirstDifference(data, size, finding.identity);
    BlockIdentity other;
    const bool torn = ContinuesAsAnotherWrite(static_cast<const char*>(data), size, at, other);
    finding.state = torn ? BlockState::kTorn : BlockState::kDamaged;
    finding.first_wrong_byte = static_cast<std::uint32_t>(at);
    if (torn) WritesInBlock(static_cast<const char*>(data), size).Describe(finding);
  }
  return finding;
}

std::size_t FirstDifference(const void* data, std::size_t size, const BlockIdentity& expected) {
  const auto* bytes = static_cast<const char*>(data);
  const Pattern pattern(size, expected);
  Sector sector;
  for (std::size_t at = 0; at < size; at += kSectorBytes) {
    pattern.Fill(at / kSectorBytes, sector.data());
    const auto* intended = reinterpret_cast<const char*>(sector.data());
    if (std::memcmp(bytes + at, intended, kSectorBytes) == 0) continue;
    const auto* differs = std::mismatch(intended, intended + kSectorBytes, bytes + at).second;
    return static_cast<std::size_t>(differs - bytes);
  }
  return size;
}

std::string ToString(const BlockFinding& finding) {
  switch (finding.state) {
    case BlockState::kUnknown:
      break;
    case BlockState::kWhole:
      return ToString(finding.identity) + ", checksum good";
    case BlockState::kZeros:
      return "zeros, as if never written";
    case BlockState::kUnmarked:
      return "data not written by the agent (no DUALPATH magic)";
    case BlockState::kOtherSize:
      return ToString(finding.identity) + ", which was a block of another size";
    case BlockState::kTorn:
      if (finding.first_wrong_byte == 0) return "zeros, and then " + ToString(finding.identity);
      [[fallthrough]];
    case BlockState::kDamaged:
      return ToString(finding.identity) + ", checksum wrong, from byte " +
             std::to_string(finding.first_wrong_byte) + " on other data";
  }
  return "not inspected";
}

std::string DescribeContent(const void* data, std::size_t size) {
  const auto* bytes = static_cast<const char*>(data);
  const BlockFinding finding = InspectBlock(data, size);
  BlockIdentity other;
  if (finding.state == BlockState::kOtherSize) {
    BlockHeader header;
    std::memcpy(&header, data, sizeof(header));
    return ToString(finding) + ", " + std::to_string(header.bytes) + " bytes";
  }
  if (finding.state == BlockState::kTorn &&
      ContinuesAsAnotherWrite(bytes, size, finding.first_wrong_byte, other)) {
    const std::size_t from = finding.first_wrong_byte / kSectorBytes * kSectorBytes;
    return ToString(finding.identity) + ", checksum wrong, from byte " + std::to_string(from) +
           " on " + (other == BlockIdentity{} ? "zeros" : ToString(other));
  }
  return ToString(finding);
}

std::string KindOf(const BlockFinding& finding, const BlockIdentity& expected) {
  const BlockIdentity& found = finding.identity;
  switch (finding.state) {
    case BlockState::kZeros:
      return "lost";
    case BlockState::kTorn:
      return "torn";
    case BlockState::kDamaged:
      return "damaged";
    case BlockState::kWhole:
      if (found.run_id != expected.run_id || found.block != expected.block) break;
      return found.sequence < expected.sequence ? "stale" : "newer than expected";
    default:
      break;
  }
  return "foreign";
}

}  // namespace dualpath::guest
