#include "images/guest/block_content.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "images/guest/crc32c.h"

namespace dualpath::guest {
namespace {

constexpr char kMagic[8] = {'D', 'U', 'A', 'L', 'P', 'A', 'T', 'H'};
constexpr std::uint32_t kNoChecksum = 0;
constexpr std::size_t kChecksumAt = offsetof(BlockHeader, checksum);
constexpr std::size_t kSectorWords = kSectorBytes / sizeof(std::uint64_t);

std::string Words(const BlockIdentity& identity) {
  return "sequence " + std::to_string(identity.sequence) + " of run " +
         std::to_string(identity.run_id) + " for block " + std::to_string(identity.block);
}

bool SameWrite(const BlockIdentity& a, const BlockIdentity& b) {
  return a.run_id == b.run_id && a.block == b.block && a.sequence == b.sequence;
}

/// The identity that the sector claims; anything if it was not written by FillBlock.
BlockIdentity ClaimOfSector(const char* data, std::size_t sector) {
  const std::size_t at = sector * kSectorBytes + (sector == 0 ? sizeof(kMagic) : 0);
  BlockIdentity claim;
  std::memcpy(&claim, data + at, sizeof(claim));
  return claim;
}

std::size_t FirstDifference(const char* a, const char* b, std::size_t size) {
  return static_cast<std::size_t>(std::mismatch(a, a + size, b).first - a);
}

/// Where the content stops being the header's write, and what takes over.
std::string WhatIsDamaged(const char* data, std::size_t size, const BlockIdentity& header) {
  std::vector<std::uint64_t> words(size / sizeof(std::uint64_t));
  FillBlock(words.data(), size, header);
  const auto* intended = reinterpret_cast<const char*>(words.data());
  const std::size_t at = FirstDifference(data, intended, size);
  const std::size_t sector = at / kSectorBytes;
  if (at % kSectorBytes < sizeof(BlockIdentity) && sector > 0) {
    const BlockIdentity claim = ClaimOfSector(data, sector);
    FillBlock(words.data(), size, claim);
    const std::size_t from = sector * kSectorBytes;
    if (!SameWrite(claim, header) && std::memcmp(data + from, intended + from, kSectorBytes) == 0) {
      return "torn: begins with " + Words(header) + ", from byte " + std::to_string(from) +
             " on it is " + Words(claim);
    }
    if (std::all_of(data + from, data + from + kSectorBytes, [](char c) { return c == 0; })) {
      return "torn: begins with " + Words(header) + ", from byte " + std::to_string(from) +
             " on it is zeros";
    }
  }
  return "damaged: claims " + Words(header) + ", but differs from what that wrote at byte " +
         std::to_string(at);
}

}  // namespace

void FillBlock(void* data, std::size_t size, const BlockIdentity& identity) {
  auto* words = static_cast<std::uint64_t*>(data);
  const std::size_t count = size / sizeof(std::uint64_t);
  // An odd multiplier keeps writes of neighbouring sequences and blocks apart in every word.
  const std::uint64_t step = (identity.sequence * 2 + 1) * 0x9E3779B97F4A7C15U ^ identity.block
                                                                                     << 1;
  std::uint64_t word = identity.run_id ^ step;
  for (std::size_t i = 0; i < count; ++i) words[i] = (word += step);
  for (std::size_t i = kSectorWords; i < count; i += kSectorWords) {
    std::memcpy(words + i, &identity, sizeof(identity));
  }
  BlockHeader header{};
  std::memcpy(header.magic, kMagic, sizeof(kMagic));
  header.run_id = identity.run_id;
  header.block = identity.block;
  header.sequence = identity.sequence;
  header.bytes = static_cast<std::uint32_t>(size);
  std::memcpy(data, &header, sizeof(header));
  const std::uint32_t checksum = BlockChecksum(data, size);
  std::memcpy(static_cast<char*>(data) + kChecksumAt, &checksum, sizeof(checksum));
}

std::uint32_t BlockChecksum(const void* data, std::size_t size) {
  const auto* bytes = static_cast<const char*>(data);
  Crc32c crc;
  crc.process_bytes(bytes, kChecksumAt);
  crc.process_bytes(&kNoChecksum, sizeof(kNoChecksum));
  crc.process_bytes(bytes + sizeof(BlockHeader), size - sizeof(BlockHeader));
  return crc.checksum();
}

Result<BlockIdentity> ParseBlock(const void* data, std::size_t size, const std::string& where) {
  const auto* bytes = static_cast<const char*>(data);
  const auto wrong = [&](const std::string& reason) {
    return Error::Because("check block", where, reason);
  };
  if (size < kSectorBytes || size % kSectorBytes != 0) {
    return wrong(std::to_string(size) + " bytes are no whole number of sectors");
  }
  if (std::all_of(bytes, bytes + size, [](char c) { return c == 0; })) {
    return wrong("all zeros: it was never written");
  }
  BlockHeader header;
  std::memcpy(&header, bytes, sizeof(header));
  if (std::memcmp(header.magic, kMagic, sizeof(kMagic)) != 0) {
    return wrong("it does not begin with DUALPATH: the agent did not write it");
  }
  const BlockIdentity identity{header.run_id, header.block, header.sequence};
  if (header.bytes != size) {
    return wrong("it claims " + Words(identity) + " with " + std::to_string(header.bytes) +
                 " bytes, looked at are " + std::to_string(size));
  }
  if (header.checksum != BlockChecksum(data, size)) {
    return wrong(WhatIsDamaged(bytes, size, identity));
  }
  return identity;
}

Status CheckBlock(const void* data, std::size_t size, const BlockIdentity& expected,
                  const std::string& where) {
  DUALPATH_TRY(const BlockIdentity found, ParseBlock(data, size, where));
  if (SameWrite(found, expected)) return Ok{};
  std::string kind = "foreign";
  if (found.run_id == expected.run_id && found.block == expected.block) {
    kind = found.sequence < expected.sequence ? "stale" : "newer than expected";
  }
  return Error::Because("check block", where,
                        kind + ": expected " + Words(expected) + ", holds " + Words(found));
}

}  // namespace dualpath::guest
