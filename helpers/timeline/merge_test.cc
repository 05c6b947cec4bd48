#include "helpers/timeline/merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helpers/timeline/durations.h"

namespace dualpath::timeline {
namespace {

using ::testing::ElementsAre;

StoredLine Line(std::size_t source, std::int64_t time_us, const std::string& text = "x",
                Lane lane = Lane::kKernel) {
  StoredLine line;
  line.source = source;
  line.time_us = time_us;
  line.resolution_us = kSecond;
  line.lane = lane;
  line.text = text;
  return line;
}

std::vector<std::int64_t> Times(const std::vector<StoredLine>& lines) {
  std::vector<std::int64_t> times;
  for (const StoredLine& line : lines) times.push_back(line.time_us);
  return times;
}

std::vector<std::string> Texts(const std::vector<StoredLine>& lines) {
  std::vector<std::string> texts;
  for (const StoredLine& line : lines) texts.push_back(line.text);
  return texts;
}

TEST(SpreadWithinSeconds, DividesASecondEvenly) {
  std::vector<StoredLine> lines = {Line(0, kSecond), Line(0, kSecond), Line(0, kSecond),
                                   Line(0, kSecond), Line(0, 2 * kSecond)};
  EXPECT_TRUE(SpreadWithinSeconds(lines));
  EXPECT_THAT(Times(lines), ElementsAre(1000000, 1250000, 1500000, 1750000, 2000000));
}

TEST(SpreadWithinSeconds, DividesOnlyTheSecondOfOneFile) {
  std::vector<StoredLine> lines = {Line(0, kSecond), Line(1, kSecond)};
  EXPECT_FALSE(SpreadWithinSeconds(lines));
  EXPECT_THAT(Times(lines), ElementsAre(kSecond, kSecond));
}

TEST(SpreadWithinSeconds, KeepsAMarkWithTheLineAfterIt) {
  std::vector<StoredLine> lines = {Line(0, kSecond), Line(0, kSecond, "mark", Lane::kCase),
                                   Line(0, kSecond)};
  EXPECT_FALSE(SpreadWithinSeconds(lines));
  EXPECT_THAT(Times(lines), ElementsAre(kSecond, kSecond, kSecond));
}

TEST(SpreadWithinSeconds, KeepsExactTimes) {
  StoredLine exact = Line(0, kSecond + 1);
  StoredLine since_boot = Line(0, 2 * kSecond);
  since_boot.clock = Stamp::Kind::kSinceBoot;
  std::vector<StoredLine> lines = {exact, exact, since_boot, since_boot};
  EXPECT_FALSE(SpreadWithinSeconds(lines));
  EXPECT_THAT(Times(lines), ElementsAre(1000001, 1000001, 2000000, 2000000));
}

TEST(MergeByTime, TakesTheEarlierNextLine) {
  std::vector<StoredLine> lines = {Line(0, 1, "a1"), Line(0, 5, "a5"), Line(1, 3, "b3"),
                                   Line(1, 7, "b7"), Line(2, 0, "c0")};
  MergeByTime(lines);
  EXPECT_THAT(Texts(lines), ElementsAre("c0", "a1", "b3", "a5", "b7"));
}

TEST(MergeByTime, KeepsTheOrderOfAFileWhoseClockGoesBack) {
  std::vector<StoredLine> lines = {Line(0, 9, "a9"), Line(0, 2, "a2"), Line(1, 3, "b3")};
  MergeByTime(lines);
  EXPECT_THAT(Texts(lines), ElementsAre("b3", "a9", "a2"));
}

TEST(RemoveDuplicates, KeepsOneOfTwoFiles) {
  std::vector<StoredLine> lines = {Line(0, 0, "a"), Line(1, 2 * kSecond, "a"),
                                   Line(1, 3 * kSecond, "b")};
  RemoveDuplicates(lines);
  EXPECT_THAT(Texts(lines), ElementsAre("a", "b"));
}

TEST(RemoveDuplicates, KeepsWhatIsLoggedTwice) {
  std::vector<StoredLine> same_file = {Line(0, 0, "a"), Line(0, 1, "a")};
  RemoveDuplicates(same_file);
  EXPECT_EQ(same_file.size(), 2U) << "one file";
  std::vector<StoredLine> later = {Line(0, 0, "a"), Line(1, 2 * kSecond + 1, "a")};
  RemoveDuplicates(later);
  EXPECT_EQ(later.size(), 2U) << "more than two seconds apart";
  std::vector<StoredLine> daemon = {Line(0, 0, "a", Lane::kMultipathd),
                                    Line(1, 0, "a", Lane::kMultipathd)};
  RemoveDuplicates(daemon);
  EXPECT_EQ(daemon.size(), 2U) << "not the kernel's";
}

}  // namespace
}  // namespace dualpath::timeline
