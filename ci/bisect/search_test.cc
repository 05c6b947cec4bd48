#include "ci/bisect/search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "helpers/matchers/status_matchers.h"

namespace dualpath::bisect {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// Judges the versions by the letters of `versions`: g, b or u.
struct Versions {
  std::string versions;
  std::vector<std::size_t> tested;

  Result<Change> Find() {
    return FindChange(versions.size(), [this](std::size_t version) {
      tested.push_back(version);
      if (versions[version] == 'u') return Judgement::kUntestable;
      return versions[version] == 'g' ? Judgement::kGood : Judgement::kBad;
    });
  }
};

TEST(FindChange, FindsEveryChangeInLogarithmicallyManyTests) {
  constexpr std::size_t kCount = 8;
  for (std::size_t first_bad = 1; first_bad < kCount; ++first_bad) {
    Versions versions{std::string(first_bad, 'g') + std::string(kCount - first_bad, 'b'), {}};
    ASSERT_OK_AND_ASSIGN(const Change change, versions.Find());
    EXPECT_EQ(change.last_good, first_bad - 1);
    EXPECT_EQ(change.first_bad, first_bad);
    EXPECT_THAT(change.untestable, IsEmpty());
    EXPECT_LE(versions.tested.size(), 5U);  // both ends and the logarithm
  }
}

TEST(FindChange, TestsNeighborsOfAVersionWithoutVerdict) {
  Versions versions{"gggubbbb", {}};
  ASSERT_OK_AND_ASSIGN(const Change change, versions.Find());
  EXPECT_EQ(change.last_good, 2U);
  EXPECT_EQ(change.first_bad, 4U);
  EXPECT_THAT(change.untestable, ElementsAre(3));
}

TEST(FindChange, SaysNothingOfUntestableVersionsBesideTheChange) {
  Versions versions{"ggugb", {}};
  ASSERT_OK_AND_ASSIGN(const Change change, versions.Find());
  EXPECT_EQ(change.last_good, 3U);
  EXPECT_THAT(change.untestable, IsEmpty());
}

TEST(FindChange, TestsTheEndsOnlyIfNothingIsBetween) {
  Versions versions{"gb", {}};
  ASSERT_OK_AND_ASSIGN(const Change change, versions.Find());
  EXPECT_EQ(change.first_bad, 1U);
  EXPECT_THAT(versions.tested, SizeIs(2));
}

TEST(FindChange, RefusesEndsThatDoNotDiffer) {
  EXPECT_THAT(Versions({"bbb", {}}).Find(), FailsWith(HasSubstr("the good end: is bad")));
  EXPECT_THAT(Versions({"ggg", {}}).Find(), FailsWith(HasSubstr("the bad end: is good")));
  EXPECT_THAT(Versions({"ubb", {}}).Find(), FailsWith(HasSubstr("the good end: has no verdict")));
  EXPECT_THAT(Versions({"ggu", {}}).Find(), FailsWith(HasSubstr("the bad end: has no verdict")));
  EXPECT_THAT(Versions({"g", {}}).Find(), FailsWith(HasSubstr("too few")));
}

}  // namespace
}  // namespace dualpath::bisect
