#include "helpers/guest/wire/block_content.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <vector>

namespace dualpath::guest {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::size_t kBytes = 4096;

class Block {
 public:
  explicit Block(const BlockIdentity& identity) : words_(kBytes / 8) {
    FillBlock(data(), kBytes, identity);
  }

  char* data() { return reinterpret_cast<char*>(words_.data()); }

 private:
  std::vector<std::uint64_t> words_;
};

/// Returns kind of damage, content and first difference from the expected write.
std::string WhyNot(const void* data, const BlockIdentity& expected) {
  const BlockFinding found = InspectBlock(data, kBytes);
  if (found.state == BlockState::kWhole && found.identity == expected) return "nothing wrong";
  return KindOf(found, expected) + ": " + DescribeContent(data, kBytes) + "; differs at byte " +
         std::to_string(FirstDifference(data, kBytes, expected));
}

std::string WhyNot(Block& block, const BlockIdentity& expected) {
  return WhyNot(block.data(), expected);
}

TEST(BlockContent, IsReadBackAsWritten) {
  Block block({3, 7, 42});
  const BlockFinding found = InspectBlock(block.data(), kBytes);
  EXPECT_EQ(found.state, BlockState::kWhole);
  EXPECT_EQ(found.identity.run_id, 3U);
  EXPECT_EQ(found.identity.block, 7U);
  EXPECT_EQ(found.identity.sequence, 42U);
  EXPECT_EQ(found.checksum, BlockChecksum(block.data(), kBytes));
  EXPECT_EQ(DescribeContent(block.data(), kBytes),
            "sequence 42 of run 3 for block 7, checksum good");
  EXPECT_EQ(WhyNot(block, {3, 7, 42}), "nothing wrong");
}

TEST(BlockContent, NeighbouringWritesShareNoPattern) {
  Block one({3, 7, 42});
  Block other({3, 7, 43});
  for (std::size_t at = 64; at < kBytes; at += 8) {
    if (at % kSectorBytes < sizeof(BlockIdentity)) continue;
    EXPECT_NE(std::memcmp(one.data() + at, other.data() + at, 8), 0) << "at byte " << at;
  }
}

TEST(BlockContent, ATornBlockNamesBothWrites) {
  Block block({3, 7, 42});
  Block older({3, 7, 41});
  std::memcpy(block.data() + 1024, older.data() + 1024, kBytes - 1024);
  EXPECT_EQ(WhyNot(block, {3, 7, 42}),
            "torn: sequence 42 of run 3 for block 7, checksum wrong, from byte 1024 on sequence "
            "41 of run 3 for block 7; differs at byte 1040");
  const BlockFinding found = InspectBlock(block.data(), kBytes);
  EXPECT_EQ(found.state, BlockState::kTorn);
  EXPECT_EQ(found.first_wrong_byte, 1040U) << "where the sequences differ";
  EXPECT_EQ(ToString(found),
            "sequence 42 of run 3 for block 7, checksum wrong, from byte 1040 on other data");
}

TEST(BlockContent, ABlockWithAnUnwrittenRestIsTorn) {
  Block block({3, 7, 42});
  std::memset(block.data() + 512, 0, kBytes - 512);
  EXPECT_EQ(WhyNot(block, {3, 7, 42}),
            "torn: sequence 42 of run 3 for block 7, checksum wrong, from byte 512 on zeros; "
            "differs at byte 512");
}

TEST(BlockContent, ATornBlockKnowsAllItsWritesButNoMoreThanFour) {
  Block block({3, 7, 42});
  for (std::uint64_t n = 0; n < 3; ++n) {
    Block other({3, 7, 50 + n});
    std::memcpy(block.data() + 512 * (n + 1), other.data() + 512 * (n + 1), 512);
  }
  BlockFinding found = InspectBlock(block.data(), kBytes);
  EXPECT_EQ(found.state, BlockState::kTorn);
  EXPECT_TRUE(found.only_writes);
  ASSERT_EQ(found.other_count, 3U);
  EXPECT_EQ(found.others[0].sequence, 50U);
  EXPECT_EQ(found.others[2].sequence, 52U);
  std::memset(block.data() + 2048, 0, 512);
  EXPECT_FALSE(InspectBlock(block.data(), kBytes).only_writes);
}

TEST(BlockContent, ABlockThatBeginsWithZerosIsTorn) {
  Block block({3, 7, 42});
  std::memset(block.data(), 0, 1024);
  const BlockFinding found = InspectBlock(block.data(), kBytes);
  EXPECT_EQ(found.state, BlockState::kTorn);
  EXPECT_TRUE(found.only_writes);
  EXPECT_EQ(found.identity, (BlockIdentity{3, 7, 42}));
  ASSERT_EQ(found.other_count, 1U);
  EXPECT_EQ(found.others[0], BlockIdentity{});
  EXPECT_EQ(ToString(found), "zeros, and then sequence 42 of run 3 for block 7");
}

TEST(BlockContent, ATornBlockWithADamagedSectorIsNotOnlyWrites) {
  Block block({3, 7, 42});
  Block older({3, 7, 41});
  std::memcpy(block.data() + 1024, older.data() + 1024, kBytes - 1024);
  block.data()[3000] ^= 1;
  EXPECT_FALSE(InspectBlock(block.data(), kBytes).only_writes);
}

TEST(BlockContent, AnOlderBlockIsStale) {
  Block block({3, 7, 41});
  EXPECT_EQ(WhyNot(block, {3, 7, 42}),
            "stale: sequence 41 of run 3 for block 7, checksum good; differs at byte 24");
}

TEST(BlockContent, ANewerBlockIsNotCalledStale) {
  Block block({3, 7, 43});
  EXPECT_THAT(WhyNot(block, {3, 7, 42}), StartsWith("newer than expected: "));
}

TEST(BlockContent, ForeignBlocksAreOfAnotherRunOrPlace) {
  Block other_run({4, 7, 42});
  EXPECT_THAT(WhyNot(other_run, {3, 7, 42}), StartsWith("foreign: sequence 42 of run 4"));
  Block other_place({3, 8, 42});
  EXPECT_THAT(WhyNot(other_place, {3, 7, 42}),
              StartsWith("foreign: sequence 42 of run 3 for block 8"));
}

TEST(BlockContent, AFlippedBitIsLocated) {
  Block block({3, 7, 42});
  block.data()[3000] = static_cast<char>(block.data()[3000] ^ 0x10);
  EXPECT_THAT(WhyNot(block, {3, 7, 42}),
              HasSubstr("checksum wrong, from byte 3000 on other data; differs at "
                        "byte 3000"));
}

TEST(BlockContent, AnUnwrittenBlockIsAllZeros) {
  const std::vector<char> zeros(kBytes);
  EXPECT_EQ(WhyNot(zeros.data(), {3, 7, 42}),
            "lost: zeros, as if never written; differs at byte 0");
}

TEST(BlockContent, OtherDataAreUnmarked) {
  const std::vector<char> bytes(kBytes, 'x');
  EXPECT_EQ(InspectBlock(bytes.data(), kBytes).state, BlockState::kUnmarked);
  EXPECT_THAT(DescribeContent(bytes.data(), kBytes), HasSubstr("no DUALPATH magic"));
}

TEST(BlockContent, TheSizeMustMatchTheWrite) {
  Block block({3, 7, 42});
  EXPECT_EQ(InspectBlock(block.data(), 512).state, BlockState::kOtherSize);
  EXPECT_EQ(DescribeContent(block.data(), 512),
            "sequence 42 of run 3 for block 7, which was a block of another size, 4096 bytes");
}

TEST(BlockContent, OneSectorIsEnough) {
  std::vector<std::uint64_t> words(kSectorBytes / 8);
  FillBlock(words.data(), kSectorBytes, {1, 2, 3});
  EXPECT_EQ(DescribeContent(words.data(), kSectorBytes),
            "sequence 3 of run 1 for block 2, checksum good");
}

TEST(BlockContent, TheChecksumIgnoresOnlyItsOwnField) {
  Block block({3, 7, 42});
  BlockHeader header;
  std::memcpy(&header, block.data(), sizeof(header));
  EXPECT_EQ(header.checksum, BlockChecksum(block.data(), kBytes));
  block.data()[kBytes - 1] ^= 1;
  EXPECT_NE(header.checksum, BlockChecksum(block.data(), kBytes));
}

TEST(BlockContent, FillBlockReturnsTheChecksum) {
  std::vector<std::uint64_t> words(kBytes / 8);
  const std::uint32_t checksum = FillBlock(words.data(), kBytes, {3, 7, 42});
  EXPECT_EQ(checksum, BlockChecksum(words.data(), kBytes));
}

TEST(BlockContent, DoesNotDifferFromItself) {
  Block block({3, 7, 42});
  EXPECT_EQ(FirstDifference(block.data(), kBytes, {3, 7, 42}), kBytes);
  EXPECT_EQ(FirstDifference(block.data(), kBytes, {4, 7, 42}), 8U);
}

TEST(BlockContent, AWrongChecksumAloneIsADifference) {
  Block block({3, 7, 42});
  block.data()[offsetof(BlockHeader, checksum) + 2] ^= 1;
  EXPECT_EQ(FirstDifference(block.data(), kBytes, {3, 7, 42}), 38U);
  EXPECT_EQ(InspectBlock(block.data(), kBytes).state, BlockState::kDamaged);
}

TEST(BlockContent, TheChecksumDependsOnEveryByte) {
  Block block({3, 7, 42});
  const std::uint32_t checksum = BlockChecksum(block.data(), kBytes);
  for (std::size_t at = 0; at < kBytes; ++at) {
    if (at / 4 == offsetof(BlockHeader, checksum) / 4) continue;
    block.data()[at] ^= 0x40;
    EXPECT_NE(BlockChecksum(block.data(), kBytes), checksum) << at;
    block.data()[at] ^= 0x40;
  }
}

TEST(BlockContent, TheChecksumDependsOnTheOrderOfWords) {
  Block block({3, 7, 42});
  const std::uint32_t checksum = BlockChecksum(block.data(), kBytes);
  std::swap_ranges(block.data() + 1088, block.data() + 1096, block.data() + 2112);
  EXPECT_NE(BlockChecksum(block.data(), kBytes), checksum);
}

}  // namespace
}  // namespace dualpath::guest
