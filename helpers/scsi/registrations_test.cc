#include "helpers/scsi/registrations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helpers/scsi/bytes.h"

namespace dualpath::scsi {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::PrintToString;

constexpr std::uint64_t kKey = 0xabc123;
constexpr auto kType = ReservationType::kWriteExclusiveRegistrantsOnly;

/// Returns READ FULL STATUS data with this payload.
Bytes WithHeader(std::uint32_t generation, const Bytes& payload) {
  Bytes data(8);
  Put(data, 0, 4, generation);
  Put(data, 4, 4, payload.size());
  data.insert(data.end(), payload.begin(), payload.end());
  return data;
}

/// Returns a descriptor as LIO builds it for a loopback nexus.
Bytes Descriptor(std::uint64_t key, std::uint8_t flags, std::uint8_t scope_and_type,
                 std::uint64_t sas_address) {
  Bytes bytes(24 + 24);
  Put(bytes, 0, 8, key);
  bytes[12] = flags;
  bytes[13] = scope_and_type;
  Put(bytes, 20, 4, 24);
  bytes[24] = 0x06;
  Put(bytes, 28, 8, sas_address);
  return bytes;
}

Bytes Both(Bytes first, const Bytes& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

TEST(ReadFullStatus, IsServiceActionThree) {
  EXPECT_EQ(PrintToString(ReadFullStatus()),
            "PERSISTENT RESERVE IN, READ FULL STATUS [5e 03 00 00 00 00 00 10 00 00]");
  EXPECT_EQ(ReadFullStatus(0x80).data_in_bytes, 0x80U);
}

TEST(Registrations, AreParsedForEachNexus) {
  const auto status =
      ParseFullStatus(WithHeader(2, Both(Descriptor(kKey, 0x01, 0x05, 0x5001405f01234bac),
                                         Descriptor(kKey, 0x00, 0x00, 0x0002305671234384))));
  ASSERT_TRUE(status.ok()) << status.error().ToString();
  EXPECT_EQ(status->generation, 2U);
  EXPECT_THAT(status->nexuses, ElementsAre(Registration{"naa.5001405f01234bac", kKey, kType},
                                           Registration{"naa.0002305671234384", kKey, {}}));
  EXPECT_THAT(ParseFullStatus(WithHeader(0, {}))->nexuses, IsEmpty());
}

TEST(Registrations, DifferIfOneFieldDiffers) {
  const Registration registration{"naa.5001405f01234bac", kKey, kType};
  EXPECT_FALSE(registration == (Registration{"naa.5001405f01234bad", kKey, kType}));
  EXPECT_FALSE(registration == (Registration{"naa.5001405f01234bac", 1, kType}));
  EXPECT_FALSE(registration == (Registration{"naa.5001405f01234bac", kKey, {}}));
}

TEST(Registrations, PrintKeyAndReservation) {
  EXPECT_EQ(PrintToString(Registration{"naa.5001405f01234bac", kKey, kType}),
            "naa.5001405f01234bac: key 0xabc123, holds Write Exclusive, Registrants Only");
  EXPECT_EQ(PrintToString(Registration{"naa.5001405f01234bac", kKey, {}}),
            "naa.5001405f01234bac: key 0xabc123");
}

TEST(Registrations, NameTheIscsiInitiatorWithoutItsSession) {
  for (const std::string name : {"iqn.1993-08.a", "iqn.1993-08.a,i,0x00023d000000"}) {
    Bytes iscsi(24);
    Put(iscsi, 0, 8, kKey);
    iscsi.insert(iscsi.end(), {0x45, 0, 0, 0x20});
    iscsi.insert(iscsi.end(), name.begin(), name.end());
    iscsi.resize(24 + 36);
    Put(iscsi, 20, 4, 36);
    const auto status = ParseFullStatus(WithHeader(0, iscsi));
    ASSERT_TRUE(status.ok()) << status.error().ToString();
    EXPECT_EQ(status->nexuses[0].initiator, "iqn.1993-08.a");
  }
}

TEST(Registrations, DumpTransportIdsOfOtherProtocols) {
  Bytes fibre_channel = Descriptor(kKey, 0, 0, 0x5001405f01234bac);
  fibre_channel[24] = 0x00;
  EXPECT_EQ(ParseFullStatus(WithHeader(0, fibre_channel))->nexuses[0].initiator,
            "00 00 00 00 50 01 40 5f 01 23 4b ac 00 00 00 00 00 00 00 00 00 00 00 00");
}

TEST(Registrations, RejectTruncatedData) {
  const Bytes whole = WithHeader(0, Descriptor(kKey, 0, 0, 1));
  EXPECT_EQ(ParseFullStatus(Bytes(7)).error().ToString(),
            "parse PERSISTENT RESERVE IN, READ FULL STATUS: 7 bytes: the header is incomplete");
  EXPECT_EQ(ParseFullStatus(Bytes(whole.begin(), whole.end() - 1)).error().reason(),
            "the header announces 56 bytes");
  Bytes longer = whole;
  Put(longer, 8 + 20, 4, 25);
  EXPECT_EQ(ParseFullStatus(longer).error().reason(), "the descriptor at byte 8 is truncated");
  EXPECT_EQ(ParseFullStatus(WithHeader(0, Bytes(23))).error().reason(),
            "the descriptor at byte 8 is truncated");
}

}  // namespace
}  // namespace dualpath::scsi
