#include "helpers/scsi/reports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dualpath::scsi {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::PrintToString;

TEST(Luns, AreEightBytesEach) {
  const auto luns = ParseLuns({0, 0, 0, 16, 0, 0, 0, 0,  //
                               0, 0, 0, 0,  0, 0, 0, 0,  //
                               0, 1, 0, 0,  0, 0, 0, 0, 0xff, 0xff});
  ASSERT_TRUE(luns.ok()) << luns.error().ToString();
  EXPECT_THAT(*luns, ElementsAre(0U, 0x0001000000000000U));
  EXPECT_THAT(*ParseLuns(Bytes(8)), IsEmpty());
}

TEST(Luns, RejectTruncatedData) {
  EXPECT_EQ(ParseLuns(Bytes(7)).error().ToString(),
            "parse REPORT LUNS data: 7 bytes: the header is incomplete");
  EXPECT_EQ(ParseLuns({0, 0, 0, 8, 0, 0, 0, 0, 0}).error().ToString(),
            "parse REPORT LUNS data: 9 bytes: the header announces 16 bytes");
  EXPECT_EQ(ParseLuns({0, 0, 0, 1, 0, 0, 0, 0, 0}).error().ToString(),
            "parse REPORT LUNS data: 9 bytes: the last logical unit number is truncated");
}

TEST(TargetPortGroups, ParseStateAndPorts) {
  const auto groups = ParseTargetPortGroups({0,    0,    0, 28,                 //
                                             0x80, 0x8f, 0, 0,  0, 0x02, 0, 2,  //
                                             0,    0,    0, 1,  0, 0,    1, 2,  //
                                             0x0f, 0x8f, 1, 1,  0, 0x02, 0, 0});
  ASSERT_FALSE(groups.ok()) << "the length is one group too long";
  const auto two = ParseTargetPortGroups({0,    0,    0, 24,                 //
                                          0x80, 0x8f, 0, 0,  0, 0x02, 0, 2,  //
                                          0,    0,    0, 1,  0, 0,    1, 2,  //
                                          0x0f, 0x8f, 1, 1,  0, 0x02, 0, 0});
  ASSERT_TRUE(two.ok()) << two.error().ToString();
  EXPECT_THAT(*two, ElementsAre(TargetPortGroup{0, AluaState::kActiveOptimized, true, {1, 0x102}},
                                TargetPortGroup{0x101, AluaState::kTransitioning, false, {}}));
  EXPECT_EQ(PrintToString(two->front()), "group 0 active/optimized, preferred, ports 1 258");
  EXPECT_EQ(PrintToString(TargetPortGroup{3, AluaState::kStandby, false, {7}}),
            "group 3 standby, ports 7");
  EXPECT_THAT(*ParseTargetPortGroups(Bytes(4)), IsEmpty());
}

TEST(TargetPortGroups, RejectTruncatedData) {
  EXPECT_EQ(ParseTargetPortGroups({0, 0, 0}).error().ToString(),
            "parse REPORT TARGET PORT GROUPS data: 3 bytes: the header is incomplete");
  EXPECT_EQ(ParseTargetPortGroups({0, 0, 0, 8, 0}).error().ToString(),
            "parse REPORT TARGET PORT GROUPS data: 5 bytes: the header announces 12 bytes");
  EXPECT_EQ(ParseTargetPortGroups({0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 1}).error().ToString(),
            "parse REPORT TARGET PORT GROUPS data: 12 bytes: the group at byte 4 is truncated");
  EXPECT_EQ(ParseTargetPortGroups({0, 0, 0, 4, 0, 0, 0, 0}).error().ToString(),
            "parse REPORT TARGET PORT GROUPS data: 8 bytes: the group at byte 4 is truncated");
}

TEST(AluaState, PrintsTheStandardsNames) {
  EXPECT_EQ(ToString(AluaState::kActiveNonOptimized), "active/non-optimized");
  EXPECT_EQ(ToString(AluaState::kUnavailable), "unavailable");
  EXPECT_EQ(ToString(AluaState::kLbaDependent), "LBA dependent");
  EXPECT_EQ(ToString(AluaState::kOffline), "offline");
  EXPECT_EQ(ToString(AluaState::kTransitioning), "transitioning");
  EXPECT_EQ(ToString(static_cast<AluaState>(9)), "state 0x9");
}

}  // namespace
}  // namespace dualpath::scsi
