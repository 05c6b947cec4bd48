#include "helpers/matchers/path_io_matchers.h"

#include <gtest/gtest.h>

#include "helpers/matchers/explanation.h"

namespace dualpath {
namespace {

const PathId kFirst{"3:0:1:0", {8, 0}, "sda"};
const PathId kSecond{"4:0:1:0", {8, 16}, "sdb"};

std::vector<PathIo> Counts(std::uint64_t first, std::uint64_t second) {
  return {{kFirst, first}, {kSecond, second}};
}

TEST(CarriedBy, ComparesThePathWithTheOthers) {
  EXPECT_EQ(WhyNot(CarriedBy(kSecond, 20), Counts(2, 20)), "it matches");
  EXPECT_EQ(WhyNot(CarriedBy(kSecond, 20), Counts(0, 19)), "too few on 4:0:1:0");
  EXPECT_EQ(WhyNot(CarriedBy(kSecond, 20), Counts(21, 1)), "too few on 4:0:1:0");
  EXPECT_EQ(WhyNot(CarriedBy(kSecond, 20), Counts(3, 20)), "too many on 3:0:1:0");
  EXPECT_EQ(WhyNot(CarriedBy(kSecond, 20), Counts(20, 20)), "too many on 3:0:1:0");
  EXPECT_EQ(WhyNot(CarriedBy(kSecond, 20), std::vector<PathIo>{{kFirst, 0}}), "without 4:0:1:0");
}

TEST(CarriedBy, IdentifiesThePathByAddressAlone) {
  const PathId renamed{"4:0:1:0", {65, 144}, "sdz"};
  EXPECT_EQ(WhyNot(CarriedBy(renamed, 20), Counts(2, 20)), "it matches");
}

TEST(CarriedBy, DescribesAndPrintsThePaths) {
  EXPECT_EQ(::testing::DescribeMatcher<const std::vector<PathIo>&>(CarriedBy(kSecond)),
            "at least 20 commands on 4:0:1:0 (sdb 8:16), few on other paths");
  EXPECT_EQ(::testing::PrintToString(Counts(21, 1)),
            "{ 21 on 3:0:1:0 (sda 8:0), 1 on 4:0:1:0 (sdb 8:16) }");
}

TEST(SpreadOver, WantsEnoughOnEachOfThePathsAndFewOnOthers) {
  EXPECT_EQ(WhyNot(SpreadOver({kFirst, kSecond}, 20), Counts(20, 300)), "it matches");
  EXPECT_EQ(WhyNot(SpreadOver({kFirst, kSecond}, 20), Counts(20, 19)), "too few on 4:0:1:0");
  EXPECT_EQ(WhyNot(SpreadOver({kFirst}, 20), Counts(20, 2)), "it matches");
  EXPECT_EQ(WhyNot(SpreadOver({kFirst}, 20), Counts(20, 3)), "too many on 4:0:1:0");
  EXPECT_EQ(WhyNot(SpreadOver({kSecond}, 20), std::vector<PathIo>{{kFirst, 0}}), "without 4:0:1:0");
  EXPECT_EQ(
      ::testing::DescribeMatcher<const std::vector<PathIo>&>(SpreadOver({kFirst, kSecond}, 20)),
      "at least 20 commands on each of 3:0:1:0, 4:0:1:0, few on other paths");
}

TEST(IoSince, SubtractsTheEarlierCounts) {
  const auto since = IoSince(Counts(100, 200), Counts(101, 225));
  EXPECT_EQ(since.at(0).commands, 1U);
  EXPECT_EQ(since.at(1).commands, 25U);
}

TEST(IoSince, TakesTheWholeCountOfADiskThatWasRescanned) {
  EXPECT_EQ(IoSince(Counts(100, 200), Counts(7, 200)).at(0).commands, 7U);
  EXPECT_EQ(IoSince({}, Counts(7, 200)).at(0).commands, 7U);
}

}  // namespace
}  // namespace dualpath
