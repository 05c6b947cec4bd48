#include "images/guest/block_content.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "images/guest/crc32c.h"

namespace dualpath::guest {
namespace {

using ::testing::HasSubstr;

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

std::string WhyNot(Block& block, const BlockIdentity& expected) {
  const Status status = CheckBlock(block.data(), kBytes, expected, "block 7");
  return status.ok() ? "nothing wrong" : status.error().ToString();
}

TEST(Crc32c, IsTheCastagnoliOne) {
  Crc32c crc;
  crc.process_bytes("123456789", 9);
  EXPECT_EQ(crc.checksum(), 0xE3069283U);  // the check value of CRC-32/ISCSI
}

TEST(BlockContent, IsReadBackAsWritten) {
  Block block({3, 7, 42});
  const auto identity = ParseBlock(block.data(), kBytes, "block 7");
  ASSERT_TRUE(identity.ok()) << identity.error().ToString();
  EXPECT_EQ(identity->run_id, 3U);
  EXPECT_EQ(identity->block, 7U);
  EXPECT_EQ(identity->sequence, 42U);
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
            "check block: block 7: torn: begins with sequence 42 of run 3 for block 7, from byte "
            "1024 on it is sequence 41 of run 3 for block 7");
}

TEST(BlockContent, ABlockTornByAnUnwrittenRestSaysSo) {
  Block block({3, 7, 42});
  std::memset(block.data() + 512, 0, kBytes - 512);
  EXPECT_THAT(WhyNot(block, {3, 7, 42}), HasSubstr("from byte 512 on it is zeros"));
}

TEST(BlockContent, AStaleBlockNamesWhatWasExpected) {
  Block block({3, 7, 41});
  EXPECT_EQ(WhyNot(block, {3, 7, 42}),
            "check block: block 7: stale: expected sequence 42 of run 3 for block 7, holds "
            "sequence 41 of run 3 for block 7");
}

TEST(BlockContent, ANewerBlockIsNotCalledStale) {
  Block block({3, 7, 43});
  EXPECT_THAT(WhyNot(block, {3, 7, 42}), HasSubstr("newer than expected"));
}

TEST(BlockContent, ForeignBlocksAreOfAnotherRunOrPlace) {
  Block other_run({4, 7, 42});
  EXPECT_THAT(WhyNot(other_run, {3, 7, 42}), HasSubstr("foreign: expected sequence 42 of run 3"));
  Block other_place({3, 8, 42});
  EXPECT_THAT(WhyNot(other_place, {3, 7, 42}), HasSubstr("holds sequence 42 of run 3 for block 8"));
}

TEST(BlockContent, OneFlippedBitIsFoundWhereItIs) {
  Block block({3, 7, 42});
  block.data()[3000] = static_cast<char>(block.data()[3000] ^ 0x10);
  EXPECT_THAT(WhyNot(block, {3, 7, 42}), HasSubstr("differs from what that wrote at byte 3000"));
}

TEST(BlockContent, AnUnwrittenBlockIsAllZeros) {
  const std::vector<char> zeros(kBytes);
  const Status status = CheckBlock(zeros.data(), kBytes, {3, 7, 42}, "block 7");
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().ToString(), "check block: block 7: all zeros: it was never written");
}

TEST(BlockContent, SomebodyElsesBytesAreNotOurs) {
  const std::vector<char> bytes(kBytes, 'x');
  const auto identity = ParseBlock(bytes.data(), kBytes, "block 7");
  ASSERT_FALSE(identity.ok());
  EXPECT_THAT(identity.error().ToString(), HasSubstr("does not begin with DUALPATH"));
}

TEST(BlockContent, TheSizeMustBeTheWritersOwn) {
  Block block({3, 7, 42});
  EXPECT_THAT(ParseBlock(block.data(), 512, "b").error().ToString(),
              HasSubstr("with 4096 bytes, looked at are 512"));
  EXPECT_THAT(ParseBlock(block.data(), 100, "b").error().ToString(),
              HasSubstr("100 bytes are no whole number of sectors"));
}

TEST(BlockContent, OneSectorIsEnough) {
  std::vector<std::uint64_t> words(kSectorBytes / 8);
  FillBlock(words.data(), kSectorBytes, {1, 2, 3});
  EXPECT_TRUE(CheckBlock(words.data(), kSectorBytes, {1, 2, 3}, "b").ok());
}

TEST(BlockContent, TheChecksumIgnoresOnlyItsOwnField) {
  Block block({3, 7, 42});
  BlockHeader header;
  std::memcpy(&header, block.data(), sizeof(header));
  EXPECT_EQ(header.checksum, BlockChecksum(block.data(), kBytes));
  block.data()[kBytes - 1] ^= 1;
  EXPECT_NE(header.checksum, BlockChecksum(block.data(), kBytes));
}

}  // namespace
}  // namespace dualpath::guest
