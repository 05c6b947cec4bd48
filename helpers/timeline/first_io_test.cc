#include "helpers/timeline/first_io.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "helpers/timeline/fake_records.h"

namespace dualpath::timeline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kFirst[] = "3:0:1:0";
constexpr char kSecond[] = "4:0:1:0";
constexpr std::int64_t kMs = 1000;

const Record kBaseline = FakeGroups(0, "3:0:1:0 | 4:0:1:0");

TEST(FirstIo, FollowsTheTableWithoutTheDeletedPath) {
  const auto first = FirstIoOnOtherPath({
      kBaseline,
      FakeIo(100 * kMs, 20 * kMs),
      FakePathState(200 * kMs, kFirst, "deleted"),
      FakeIo(210 * kMs, 120 * kMs),  // began before the table: unknown path
      FakeGroups(300 * kMs, kSecond),
      FakePathState(305 * kMs, kFirst, "removed"),
      FakeIo(400 * kMs, 20 * kMs),
      FakeIo(500 * kMs, 20 * kMs),
  });
  ASSERT_THAT(first, SizeIs(1));
  EXPECT_EQ(
      first[0].ToJsonLine(),
      R"json({"time_us":400000,"lane":"guest","kind":"first-io",)json"
      R"json("text":"first I/O on the other path, 4:0:1:0: #400 began 100.0 ms after the )json"
      R"json(table with only 4:0:1:0 was loaded, and completed in 20.0 ms",)json"
      R"json("path":"4:0:1:0","map":"mpatha","sequence":400})json");
}

TEST(FirstIo, FollowsTheFailureOfAPathThatStaysInTheTable) {
  const auto first = FirstIoOnOtherPath({
      kBaseline,
      FakeIo(300 * kMs, 20 * kMs, EIO),
      FakePathState(400 * kMs, kFirst, "failed"),
      FakeIo(401 * kMs, 20 * kMs),  // closer than the accuracy of two clocks
      FakeIo(450 * kMs, 20 * kMs, EIO),
      FakeIo(500 * kMs, 20 * kMs),
  });
  ASSERT_THAT(first, SizeIs(1));
  EXPECT_EQ(first[0].time_us, 500 * kMs);
  EXPECT_THAT(first[0].text, HasSubstr("after 3:0:1:0 was failed"));
}

TEST(FirstIo, IsNoneIfThePathCarriedIoBefore) {
  EXPECT_THAT(
      FirstIoOnOtherPath({kBaseline, FakeGroups(300 * kMs, kFirst), FakeIo(400 * kMs, 20 * kMs)}),
      IsEmpty());
}

TEST(FirstIo, IsNoneIfAnotherPathMayHaveCarriedIt) {
  EXPECT_THAT(
      FirstIoOnOtherPath({kBaseline, FakeGroups(300 * kMs, kSecond), FakeIo(400 * kMs, 200 * kMs),
                          FakeGroups(500 * kMs, "4:0:1:0 | 3:0:1:0")}),
      IsEmpty());
  EXPECT_THAT(FirstIoOnOtherPath({kBaseline, FakePathState(300 * kMs, kFirst, "failed"),
                                  FakeIo(400 * kMs, 200 * kMs),
                                  FakePathState(500 * kMs, kFirst, "active")}),
              IsEmpty());
}

TEST(FirstIo, IsNoneForADiskThatIsNotTheMap) {
  Record elsewhere = FakeIo(400 * kMs, 20 * kMs);
  elsewhere.map = "";
  EXPECT_THAT(FirstIoOnOtherPath({kBaseline, FakeGroups(300 * kMs, kSecond), elsewhere}),
              IsEmpty());
}

TEST(FirstIo, IsNoneWithinTheErrorOfTheClock) {
  Record unsure = FakeIo(400 * kMs, 20 * kMs);
  unsure.error_us = 200 * kMs;
  EXPECT_THAT(FirstIoOnOtherPath({kBaseline, FakeGroups(300 * kMs, kSecond), unsure}), IsEmpty());
}

TEST(FirstIo, FollowsEachSwitch) {
  const auto first = FirstIoOnOtherPath({
      kBaseline,
      FakeGroups(300 * kMs, kSecond),
      FakeIo(400 * kMs, 20 * kMs),
      FakeGroups(500 * kMs, "4:0:1:0 | 3:0:1:0"),
      FakeIo(600 * kMs, 20 * kMs),
      FakeGroups(700 * kMs, kFirst),
      FakeIo(800 * kMs, 20 * kMs),
  });
  ASSERT_THAT(first, SizeIs(2));
  EXPECT_EQ(first[0].path, kSecond);
  EXPECT_EQ(first[1].path, kFirst);
  EXPECT_EQ(first[1].time_us, 800 * kMs);
}

TEST(FirstIo, IsNoneWithoutRecords) { EXPECT_THAT(FirstIoOnOtherPath({}), IsEmpty()); }

}  // namespace
}  // namespace dualpath::timeline
