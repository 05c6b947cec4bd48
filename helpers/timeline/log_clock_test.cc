#include "helpers/timeline/log_clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helpers/timeline/durations.h"

namespace dualpath::timeline {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Kind = Stamp::Kind;

Stamp NoYear(int month, int day, std::int64_t us = 0) {
  Stamp stamp;
  stamp.kind = Kind::kNoYear;
  stamp.month = month;
  stamp.day = day;
  stamp.us = us;
  return stamp;
}

Stamp At(Kind kind, std::int64_t us, std::optional<int> utc_offset_minutes = std::nullopt) {
  Stamp stamp;
  stamp.kind = kind;
  stamp.us = us;
  stamp.utc_offset_minutes = utc_offset_minutes;
  return stamp;
}

StoredLine KernelLine(const LogClocks::Time& time, const std::string& text, std::size_t file = 0) {
  StoredLine line;
  line.source = file;
  line.clock = time.clock;
  line.time_us = time.us;
  line.lane = Lane::kKernel;
  line.text = text;
  return line;
}

/// Returns the wall times of stamps without a year, in a file that was last changed at
/// `modified_us`.
std::vector<std::int64_t> WallTimes(const std::vector<Stamp>& stamps, std::int64_t modified_us,
                                    std::optional<int> first_year = std::nullopt) {
  LogClocks clocks(first_year);
  clocks.AddFile(modified_us);
  std::vector<StoredLine> lines;
  for (const Stamp& stamp : stamps) lines.push_back(KernelLine(clocks.Read(0, stamp).time, "x"));
  EXPECT_THAT(clocks.PlaceOnWallClock(lines), IsEmpty());
  std::vector<std::int64_t> times;
  for (const StoredLine& line : lines) times.push_back(line.time_us);
  return times;
}

TEST(YearlessTime, KeepsTheOrderOfDates) {
  const YearlessTime december(5, NoYear(12, 31, kDay - 1));
  const YearlessTime january(6, NoYear(1, 1));
  EXPECT_EQ(january.key() - december.key(), 1);
  EXPECT_LT(YearlessTime(5, NoYear(2, 28)).key(), YearlessTime(5, NoYear(3, 1)).key());
  EXPECT_EQ(december.YearIndex(), 5);
  EXPECT_EQ(january.YearIndex(), 6);
}

TEST(YearlessTime, IsADateOnceTheYearIsKnown) {
  const YearlessTime time(22, NoYear(5, 20, 7 * kSecond));
  EXPECT_EQ(time.InYear(2000), DateUs(2022, 5, 20) + 7 * kSecond);
  EXPECT_FALSE(time.IsLeapDay());
  EXPECT_TRUE(YearlessTime(0, NoYear(2, 29)).IsLeapDay());
}

TEST(LogClocks, TheYearIsTheLastOneBeforeTheFileWasChanged) {
  const std::int64_t changed = DateUs(2022, 6, 12);
  EXPECT_THAT(WallTimes({NoYear(6, 12)}, changed), ElementsAre(DateUs(2022, 6, 12)));
  EXPECT_THAT(WallTimes({NoYear(6, 13)}, changed), ElementsAre(DateUs(2022, 6, 13)))
      << "a day's tolerance for time zones";
  EXPECT_THAT(WallTimes({NoYear(6, 14)}, changed), ElementsAre(DateUs(2021, 6, 14)));
}

TEST(LogClocks, ANewYearFollowsDecember) {
  EXPECT_THAT(WallTimes({NoYear(12, 31), NoYear(1, 1)}, DateUs(2022, 6, 12)),
              ElementsAre(DateUs(2021, 12, 31), DateUs(2022, 1, 1)));
}

TEST(LogClocks, ALeapDayIsInALeapYear) {
  EXPECT_THAT(WallTimes({NoYear(2, 29), NoYear(3, 1)}, DateUs(2023, 6, 12)),
              ElementsAre(DateUs(2020, 2, 29), DateUs(2020, 3, 1)));
  EXPECT_THAT(WallTimes({NoYear(2, 29)}, DateUs(1903, 6, 12)), ElementsAre(DateUs(1896, 2, 29)))
      << "1900 was not a leap year";
}

TEST(LogClocks, TheFirstYearCanBeGiven) {
  EXPECT_THAT(WallTimes({NoYear(12, 31), NoYear(1, 1)}, DateUs(2022, 6, 12), 1999),
              ElementsAre(DateUs(1999, 12, 31), DateUs(2000, 1, 1)));
}

TEST(LogClocks, AFullDateOfAnotherFileGivesTheYear) {
  LogClocks clocks(std::nullopt);
  clocks.AddFile(DateUs(2022, 6, 12));
  clocks.AddFile(DateUs(2022, 6, 12));
  std::vector<StoredLine> lines = {KernelLine(clocks.Read(0, NoYear(1, 2)).time, "x")};
  clocks.Read(1, At(Kind::kDate, DateUs(2017, 12, 30)));
  clocks.PlaceOnWallClock(lines);
  EXPECT_EQ(lines[0].time_us, DateUs(2018, 1, 2));
}

TEST(LogClocks, ReportsHowFarAClockWentBack) {
  LogClocks clocks(std::nullopt);
  clocks.AddFile(0);
  EXPECT_EQ(clocks.Read(0, At(Kind::kSinceBoot, kMinute)).went_back_us, 0);
  EXPECT_EQ(clocks.Read(0, At(Kind::kSinceBoot, kMinute - 2 * kSecond)).went_back_us, 0)
      << "lines of several programs may be out of order";
  EXPECT_EQ(clocks.Read(0, At(Kind::kDate, 0)).went_back_us, 0) << "another clock";
  EXPECT_EQ(clocks.Read(0, At(Kind::kSinceBoot, 0)).went_back_us, kMinute - 2 * kSecond);
}

TEST(LogClocks, ReturnsTheLastTimeOfEachFile) {
  LogClocks clocks(std::nullopt);
  clocks.AddFile(0);
  clocks.AddFile(0);
  clocks.Read(0, At(Kind::kDate, 5));
  clocks.Read(0, At(Kind::kSinceBoot, 7));
  const auto last = clocks.LastTime(0);
  ASSERT_TRUE(last);
  EXPECT_EQ(last->clock, Kind::kSinceBoot);
  EXPECT_EQ(last->us, 7);
  EXPECT_FALSE(clocks.LastTime(1));
}

TEST(LogClocks, TheFirstTimeZoneApplies) {
  LogClocks clocks(std::nullopt);
  clocks.AddFile(0);
  EXPECT_EQ(clocks.Read(0, At(Kind::kDate, kDay, 120)).time.us, kDay);
  EXPECT_EQ(clocks.Read(0, At(Kind::kDate, kDay, 0)).time.us, kDay + 120 * kMinute);
  EXPECT_EQ(clocks.Read(0, At(Kind::kDate, kDay)).time.us, kDay) << "no zone: the host's";
}

TEST(LogClocks, BootStampsPlaceSecondsSinceBoot) {
  LogClocks clocks(std::nullopt);
  clocks.AddFile(DateUs(2022, 6, 12));
  clocks.AddBootStamp(0, clocks.Read(0, NoYear(5, 20, 50 * kSecond)).time, 20 * kSecond);
  std::vector<StoredLine> lines = {
      KernelLine(clocks.Read(0, At(Kind::kSinceBoot, 21 * kSecond)).time, "x")};
  EXPECT_THAT(clocks.PlaceOnWallClock(lines), IsEmpty());
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_EQ(lines[0].time_us, DateUs(2022, 5, 20) + 51 * kSecond);
  EXPECT_EQ(lines[0].resolution_us, kSecond);
}

TEST(LogClocks, TheMedianOfSharedLinesPlacesSecondsSinceBoot) {
  const std::int64_t boot = DateUs(2022, 5, 20);
  std::vector<StoredLine> lines;
  const auto add = [&](Kind clock, std::int64_t us, const std::string& text) {
    lines.push_back(KernelLine({clock, us}, text));
  };
  add(Kind::kDate, boot + 10 * kSecond, "a");
  add(Kind::kDate, boot + 11 * kSecond, "b");
  add(Kind::kDate, boot + kDay, "repeated");
  add(Kind::kSinceBoot, 10 * kSecond, "a");
  add(Kind::kSinceBoot, 11 * kSecond, "b");
  add(Kind::kSinceBoot, 12 * kSecond, "repeated");
  LogClocks clocks(std::nullopt);
  clocks.AddFile(0);
  EXPECT_THAT(clocks.PlaceOnWallClock(lines), IsEmpty());
  ASSERT_THAT(lines, SizeIs(6));
  EXPECT_EQ(lines[4].time_us, boot + 11 * kSecond);
}

TEST(LogClocks, ReturnsLinesThatCannotBePlaced) {
  LogClocks clocks(std::nullopt);
  clocks.AddFile(0);
  std::vector<StoredLine> lines = {KernelLine({Kind::kSinceBoot, 1}, "a"),
                                   KernelLine({Kind::kDate, 2}, "b"),
                                   KernelLine({Kind::kSinceBoot, 3}, "c")};
  const std::vector<StoredLine> unplaced = clocks.PlaceOnWallClock(lines);
  ASSERT_THAT(unplaced, SizeIs(2));
  EXPECT_EQ(unplaced[0].text, "a");
  EXPECT_EQ(unplaced[1].text, "c");
  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_EQ(lines[0].text, "b");
}

}  // namespace
}  // namespace dualpath::timeline
