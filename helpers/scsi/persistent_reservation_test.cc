#include "helpers/scsi/persistent_reservation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dualpath::scsi {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::PrintToString;
using ::testing::SizeIs;

constexpr std::uint64_t kKey = 0x0102030405060708;
constexpr std::uint64_t kOther = 0xa1;
constexpr auto kType = ReservationType::kWriteExclusiveRegistrantsOnly;

/// Returns the parameter list with these keys and flags.
Bytes List(std::uint64_t key, std::uint64_t action_key, std::uint8_t flags = 0) {
  Bytes list(24);
  Put(list, 0, 8, key);
  Put(list, 8, 8, action_key);
  list[20] = flags;
  return list;
}

void ExpectOut(const Command& command, const std::string& printed, const Bytes& list) {
  EXPECT_EQ(PrintToString(command), "PERSISTENT RESERVE OUT, " + printed);
  EXPECT_EQ(command.direction, Direction::kOut);
  EXPECT_EQ(command.data_out, list);
}

TEST(PersistentReserveIn, HasThreeActions) {
  EXPECT_EQ(PrintToString(ReadKeys()),
            "PERSISTENT RESERVE IN, READ KEYS [5e 00 00 00 00 00 00 10 00 00]");
  EXPECT_EQ(PrintToString(ReadReservation(24)),
            "PERSISTENT RESERVE IN, READ RESERVATION [5e 01 00 00 00 00 00 00 18 00]");
  EXPECT_EQ(PrintToString(ReportCapabilities(0x1234)),
            "PERSISTENT RESERVE IN, REPORT CAPABILITIES [5e 02 00 00 00 00 00 12 34 00]");
  EXPECT_EQ(ReportCapabilities(0x1234).data_in_bytes, 0x1234U);
  EXPECT_EQ(ReadKeys().direction, Direction::kIn);
}

TEST(PersistentReserveOut, Registers) {
  ExpectOut(Register(0, kKey),
            "REGISTER key 0x102030405060708 in place of 0x00 [5f 00 00 00 00 00 00 00 18 00]",
            List(0, kKey));
  ExpectOut(Register(kKey, 0, {true, true}),
            "REGISTER key 0x00 in place of 0x102030405060708 [5f 00 00 00 00 00 00 00 18 00]",
            List(kKey, 0, 0x05));
  ExpectOut(RegisterAndIgnoreExistingKey(kOther, {true, false}),
            "REGISTER AND IGNORE EXISTING KEY, key 0xa1 [5f 06 00 00 00 00 00 00 18 00]",
            List(0, kOther, 0x01));
}

TEST(PersistentReserveOut, ReservesReleasesAndClears) {
  ExpectOut(Reserve(kOther, kType),
            "RESERVE by key 0xa1 for Write Exclusive, Registrants Only [5f 01 05 00 00 00 00 00 18 "
            "00]",
            List(kOther, 0));
  ExpectOut(Release(kOther, ReservationType::kExclusiveAccess),
            "RELEASE by key 0xa1 of Exclusive Access [5f 02 03 00 00 00 00 00 18 00]",
            List(kOther, 0));
  ExpectOut(Clear(kOther), "CLEAR by key 0xa1 [5f 03 00 00 00 00 00 00 18 00]", List(kOther, 0));
}

TEST(PersistentReserveOut, Preempts) {
  ExpectOut(Preempt(kOther, 0xb2, kType),
            "PREEMPT key 0xb2 by key 0xa1 for Write Exclusive, Registrants Only [5f 04 05 00 00 00 "
            "00 00 18 00]",
            List(kOther, 0xb2));
  EXPECT_EQ(PreemptAndAbort(kOther, 0xb2, kType).cdb[1], 5U);
  EXPECT_EQ(PreemptAndAbort(kOther, 0xb2, kType).data_out, List(kOther, 0xb2));
}

TEST(ReservationType, PrintsTheStandardsNames) {
  EXPECT_EQ(ToString(ReservationType::kWriteExclusive), "Write Exclusive");
  EXPECT_EQ(ToString(ReservationType::kExclusiveAccessRegistrantsOnly),
            "Exclusive Access, Registrants Only");
  EXPECT_EQ(ToString(ReservationType::kWriteExclusiveAllRegistrants),
            "Write Exclusive, All Registrants");
  EXPECT_EQ(ToString(ReservationType::kExclusiveAccessAllRegistrants),
            "Exclusive Access, All Registrants");
  EXPECT_EQ(ToString(static_cast<ReservationType>(2)), "type 0x2");
}

TEST(Keys, AreParsedForAllNexuses) {
  Bytes data(24);
  Put(data, 0, 4, 7);
  Put(data, 4, 4, 16);
  Put(data, 8, 8, kKey);
  Put(data, 16, 8, kOther);
  const auto keys = ParseKeys(data);
  ASSERT_TRUE(keys.ok()) << keys.error().ToString();
  EXPECT_EQ(keys->generation, 7U);
  EXPECT_THAT(keys->keys, ElementsAre(kKey, kOther));
  EXPECT_THAT(ParseKeys(Bytes(8))->keys, IsEmpty());
}

TEST(Keys, RejectTruncatedData) {
  EXPECT_EQ(ParseKeys(Bytes(7)).error().ToString(),
            "parse PERSISTENT RESERVE IN, READ KEYS: 7 bytes: the header is incomplete");
  EXPECT_EQ(ParseKeys({0, 0, 0, 0, 0, 0, 0, 8}).error().ToString(),
            "parse PERSISTENT RESERVE IN, READ KEYS: 8 bytes: the header announces 16 bytes");
  EXPECT_EQ(ParseKeys({0, 0, 0, 0, 0, 0, 0, 1, 0}).error().reason(), "the last key is truncated");
}

TEST(Capabilities, ParseFlagsAndTypes) {
  const auto all = ParseCapabilities({0, 8, 0x1d, 0x81, 0xea, 0x01, 0, 0});
  ASSERT_TRUE(all.ok()) << all.error().ToString();
  EXPECT_TRUE(all->compatible_reservation_handling);
  EXPECT_TRUE(all->specify_initiator_ports);
  EXPECT_TRUE(all->all_target_ports);
  EXPECT_TRUE(all->persist_through_power_loss);
  EXPECT_TRUE(all->persistence_activated);
  ASSERT_TRUE(all->types);
  EXPECT_THAT(*all->types, SizeIs(6));
  const auto few = ParseCapabilities({0, 8, 0, 0x80, 0x02, 0, 0, 0});
  EXPECT_THAT(*few->types, ElementsAre(ReservationType::kWriteExclusive));
  EXPECT_FALSE(few->all_target_ports);
  EXPECT_FALSE(ParseCapabilities({0, 8, 0, 0, 0xea, 0x01, 0, 0})->types) << "TMV is 0";
}

TEST(Capabilities, RejectTruncatedData) {
  EXPECT_EQ(ParseCapabilities(Bytes(7)).error().ToString(),
            "parse PERSISTENT RESERVE IN, REPORT CAPABILITIES: 7 bytes: capabilities are 8 "
            "bytes");
  EXPECT_FALSE(ParseCapabilities(Bytes(8)).ok()) << "the length field is 0";
}

}  // namespace
}  // namespace dualpath::scsi
