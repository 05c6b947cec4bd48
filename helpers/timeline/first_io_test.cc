#include "helpers/timeline/first_io.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "helpers/timeline/log_records.h"

namespace dualpath::timeline {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr char kFirst[] = "3:0:1:0";
constexpr char kSecond[] = "4:0:1:0";
constexpr std::int64_t kMs = 1000;

Record Groups(std::int64_t time_us, const std::string& groups) {
  Record record;
  record.time_us = time_us;
  record.lane = Lane::kMap;
  record.kind = "groups";
  record.map = "mpatha";
  record.state = groups;
  return record;
}

Record State(std::int64_t time_us, const std::string& path, const std::string& state) {
  Record record;
  record.time_us = time_us;
  record.lane = Lane::kPath;
  record.kind = "state";
  record.path = path;
  record.state = state;
  return record;
}

Record Io(std::int64_t time_us, std::int64_t duration_us, int error_number = 0) {
  Record record;
  record.time_us = time_us;
  record.lane = Lane::kGuest;
  record.kind = "io";
  record.map = "mpatha";
  record.duration_us = duration_us;
  record.error_number = error_number;
  record.sequence = static_cast<std::uint64_t>(time_us / kMs);
  return record;
}

const Record kBaseline = Groups(0, "3:0:1:0 | 4:0:1:0");

TEST(FirstIo, FollowsTheTableWithoutTheDeletedPath) {
  const auto first = FirstIoOnOtherPath({
      kBaseline,
      Io(100 * kMs, 20 * kMs),
      State(200 * kMs, kFirst, "deleted"),
      Io(210 * kMs, 120 * kMs),  // began before the table: nobody can tell
      Groups(300 * kMs, kSecond),
      State(305 * kMs, kFirst, "removed"),
      Io(400 * kMs, 20 * kMs),
      Io(500 * kMs, 20 * kMs),
  });
  ASSERT_THAT(first, SizeIs(1));
  EXPECT_EQ(
      first[0].ToJsonLine(),
      R"json({"time_us":400000,"lane":"guest","kind":"first-io",)json"
      R"json("text":"first I/O on the other path, 4:0:1:0: #400 began 100.0 ms after the )json"
      R"json(table with no path but 4:0:1:0 was loaded, and came back good in 20.0 ms",)json"
      R"json("path":"4:0:1:0","map":"mpatha","sequence":400})json");
}

TEST(FirstIo, FollowsTheFailureOfAPathThatStaysInTheTable) {
  const auto first = FirstIoOnOtherPath({
      kBaseline,
      Io(300 * kMs, 20 * kMs, EIO),
      State(400 * kMs, kFirst, "failed"),
      Io(401 * kMs, 20 * kMs),  // too near for two clocks
      Io(450 * kMs, 20 * kMs, EIO),
      Io(500 * kMs, 20 * kMs),
  });
  ASSERT_THAT(first, SizeIs(1));
  EXPECT_EQ(first[0].time_us, 500 * kMs);
  EXPECT_THAT(first[0].text, HasSubstr("after 3:0:1:0 was failed"));
}

TEST(FirstIo, IsNoneWhereThePathCarriedIoBefore) {
  EXPECT_THAT(FirstIoOnOtherPath({kBaseline, Groups(300 * kMs, kFirst), Io(400 * kMs, 20 * kMs)}),
              IsEmpty());
}

TEST(FirstIo, IsNoneWhereAnotherPathMayHaveCarriedIt) {
  EXPECT_THAT(FirstIoOnOtherPath({kBaseline, Groups(300 * kMs, kSecond), Io(400 * kMs, 200 * kMs),
                                  Groups(500 * kMs, "4:0:1:0 | 3:0:1:0")}),
              IsEmpty());
  EXPECT_THAT(FirstIoOnOtherPath({kBaseline, State(300 * kMs, kFirst, "failed"),
                                  Io(400 * kMs, 200 * kMs), State(500 * kMs, kFirst, "active")}),
              IsEmpty());
}

TEST(FirstIo, IsNoneOfADiskThatIsNotTheMap) {
  Record elsewhere = Io(400 * kMs, 20 * kMs);
  elsewhere.map = "";
  EXPECT_THAT(FirstIoOnOtherPath({kBaseline, Groups(300 * kMs, kSecond), elsewhere}), IsEmpty());
}

TEST(FirstIo, IsNoneWithinTheErrorOfTheClock) {
  Record unsure = Io(400 * kMs, 20 * kMs);
  unsure.error_us = 200 * kMs;
  EXPECT_THAT(FirstIoOnOtherPath({kBaseline, Groups(300 * kMs, kSecond), unsure}), IsEmpty());
}

TEST(FirstIo, EachTurn) {
  const auto first = FirstIoOnOtherPath({
      kBaseline,
      Groups(300 * kMs, kSecond),
      Io(400 * kMs, 20 * kMs),
      Groups(500 * kMs, "4:0:1:0 | 3:0:1:0"),
      Io(600 * kMs, 20 * kMs),
      Groups(700 * kMs, kFirst),
      Io(800 * kMs, 20 * kMs),
  });
  ASSERT_THAT(first, SizeIs(2));
  EXPECT_EQ(first[0].path, kSecond);
  EXPECT_EQ(first[1].path, kFirst);
  EXPECT_EQ(first[1].time_us, 800 * kMs);
}

TEST(FirstIo, NothingOfNothing) { EXPECT_THAT(FirstIoOnOtherPath({}), IsEmpty()); }

}  // namespace
}  // namespace dualpath::timeline
