#include "helpers/guest/wire/frame.h"

#include <gtest/gtest.h>

#include "helpers/guest/wire/crc32c.h"

namespace dualpath::guest::wire {
namespace {

Message Sample(std::uint32_t id, std::string payload = "payload") {
  return {MessageType::kKernelLog, id, std::move(payload)};
}

std::optional<Message> Feed(FrameReader& reader, const std::string& bytes) {
  reader.Append(bytes.data(), bytes.size());
  return reader.Next();
}

TEST(Crc32c, UsesTheCastagnoliPolynomial) {
  Crc32c crc;
  crc.process_bytes("123456789", 9);
  EXPECT_EQ(crc.checksum(), 0xE3069283U);  // check value of CRC-32/ISCSI
}

TEST(FrameReader, ReturnsMessagesInOrder) {
  FrameReader reader;
  const auto first = Feed(reader, Encode(Sample(1, "")) + Encode(Sample(2)));
  ASSERT_TRUE(first);
  EXPECT_EQ(first->request_id, 1U);
  EXPECT_EQ(first->payload, "");
  const auto second = reader.Next();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->request_id, 2U);
  EXPECT_EQ(second->type, MessageType::kKernelLog);
  EXPECT_EQ(second->payload, "payload");
  EXPECT_FALSE(reader.Next());
  EXPECT_EQ(reader.pending(), 0U);
}

TEST(FrameReader, AssemblesAMessageByteByByte) {
  FrameReader reader;
  const std::string bytes = Encode(Sample(1));
  for (std::size_t i = 0; i + 1 < bytes.size(); ++i) {
    EXPECT_FALSE(Feed(reader, bytes.substr(i, 1))) << i;
  }
  EXPECT_TRUE(Feed(reader, bytes.substr(bytes.size() - 1)));
}

TEST(FrameReader, FindsAMessageAfterAnIncompleteOne) {
  const std::string torn = Encode(Sample(1, std::string(1000, 'x')));
  for (std::size_t length = 0; length < torn.size(); ++length) {
    FrameReader reader;
    const auto message = Feed(reader, torn.substr(0, length) + Encode(Sample(2)));
    ASSERT_TRUE(message) << "torn after " << length;
    EXPECT_EQ(message->request_id, 2U);
  }
}

TEST(FrameReader, FindsAMessageAfterTheTailOfAnother) {
  const std::string torn = Encode(Sample(1, std::string(1000, 'x')));
  for (std::size_t from = 1; from < torn.size(); ++from) {
    FrameReader reader;
    const auto message = Feed(reader, torn.substr(from) + Encode(Sample(2)));
    ASSERT_TRUE(message) << "tail from " << from;
    EXPECT_EQ(message->request_id, 2U);
  }
}

TEST(FrameReader, DropsADamagedMessage) {
  FrameReader reader;
  std::string damaged = Encode(Sample(1));
  damaged.back() ^= 1;
  const auto message = Feed(reader, damaged + Encode(Sample(2)));
  ASSERT_TRUE(message);
  EXPECT_EQ(message->request_id, 2U);
}

TEST(FrameReader, KeepsNoGarbage) {
  FrameReader reader;
  EXPECT_FALSE(Feed(reader, std::string(100000, 'x')));
  EXPECT_LT(reader.pending(), sizeof(kFrameMagic));
}

// A guest that sends only beginnings of long frames: each would need a checksum of all that
// follows.
TEST(FrameReader, TakesLinearTime) {
  FrameHeader header{};
  header.magic = kFrameMagic;
  header.length = kMaxPayload / 2;
  std::string beginnings;
  while (beginnings.size() < 2 * kMaxPayload) beginnings += ToPayload(header);
  FrameReader reader;
  constexpr std::size_t kChunk = 4096;
  for (std::size_t at = 0; at < beginnings.size(); at += kChunk) {
    EXPECT_FALSE(Feed(reader, beginnings.substr(at, kChunk)));
  }
  EXPECT_LE(reader.pending(), kMaxPayload);
  reader.Clear();
  EXPECT_TRUE(Feed(reader, Encode(Sample(2))));
}

TEST(FrameReader, SkipsAnImpossibleLength) {
  FrameReader reader;
  FrameHeader header{};
  header.magic = kFrameMagic;
  header.length = kMaxPayload + 1;
  EXPECT_FALSE(Feed(reader, ToPayload(header)));
  EXPECT_LT(reader.pending(), sizeof(kFrameMagic));
}

TEST(FromPayload, NeedsTheWholeStruct) {
  const HelloRequest request{7, 1, 0};
  const std::string payload = ToPayload(request);
  EXPECT_EQ(FromPayload<HelloRequest>(payload)->nonce, 7U);
  EXPECT_FALSE(FromPayload<HelloRequest>(payload.substr(1)));
  EXPECT_FALSE(FromPayload<HelloRequest>(payload, 1));
  EXPECT_FALSE(FromPayload<HelloRequest>(payload, 1000));
}

}  // namespace
}  // namespace dualpath::guest::wire
