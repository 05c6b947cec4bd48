#include "helpers/matchers/eventually.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helpers/base/scoped_time_scale.h"
#include "helpers/matchers/explanation.h"

namespace dualpath {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::DescribeMatcher;
using ::testing::Each;
using ::testing::EndsWith;
using ::testing::Ge;
using ::testing::Not;
using ::testing::StartsWith;

constexpr milliseconds kSoon{60};

/// Counts how often it is looked at.
class Counter {
 public:
  Observable<int> Value() {
    return {"the counter", [this]() -> Result<int> { return ++looks_; }};
  }
  int looks() const { return looks_; }

 private:
  int looks_ = 0;
};

TEST(Eventually, LooksAgainUntilItMatches) {
  Counter counter;
  EXPECT_THAT(counter.Value(), Eventually(Ge(3)));
  EXPECT_EQ(counter.looks(), 3);
}

TEST(Eventually, LooksOnceIfThatIsEnough) {
  Counter counter;
  EXPECT_THAT(counter.Value(), Eventually(Ge(1), milliseconds(0)));
  EXPECT_EQ(counter.looks(), 1);
}

MATCHER_P(Reaches, goal, "") {
  if (arg < goal) *result_listener << "which is " << goal - arg << " short";
  return arg >= goal;
}

TEST(Eventually, SaysWhatItLastSawAndWhatWasWrongWithIt) {
  Counter counter;
  const std::string why = WhyNot(Eventually(Reaches(1000), kSoon), counter.Value());
  EXPECT_EQ(why, "last seen as: " + std::to_string(counter.looks()) + ", which is " +
                     std::to_string(1000 - counter.looks()) + " short");
  EXPECT_GE(counter.looks(), 2);
}

TEST(Eventually, DoesNotWaitAgainToExplain) {
  Counter counter;
  const Observable<int> value = counter.Value();
  const ::testing::Matcher<const Observable<int>&> never = Eventually(0, kSoon);
  EXPECT_FALSE(never.Matches(value));
  const int looks = counter.looks();
  EXPECT_EQ(WhyNot(never, value), "last seen as: " + std::to_string(looks));
  EXPECT_EQ(counter.looks(), looks);

  EXPECT_NE(WhyNot(never, value), "last seen as: " + std::to_string(looks));
  EXPECT_GT(counter.looks(), looks) << "asked anew, it looks anew";
}

TEST(Eventually, LooksThroughErrors) {
  int looks = 0;
  const Observable<int> value("the value", [&]() -> Result<int> {
    if (++looks < 3) return Error::Because("ask", "multipathd", "it is not up");
    return 7;
  });
  EXPECT_THAT(value, Eventually(7));
  EXPECT_EQ(looks, 3);
}

TEST(Eventually, SaysWhichErrorItLastMet) {
  const Observable<int> value("the value", []() -> Result<int> {
    return Error::Because("ask", "multipathd", "it is not up");
  });
  EXPECT_EQ(WhyNot(Eventually(7, kSoon), value),
            "last seen as: an error: ask: multipathd: it is not up");
}

TEST(Eventually, TakesWhatEXPECT_THATTakes) {
  const Observable<std::string> word("the word", [] { return std::string("off"); });
  EXPECT_THAT(word, Eventually("off"));
  EXPECT_THAT(word, Eventually(AllOf(StartsWith("o"), EndsWith("f"))));
  EXPECT_THAT(word, Eventually(Not("on")));
  EXPECT_THAT(word, Not(Eventually("on", kSoon)));
  const Observable<std::vector<int>> list("the list", [] { return std::vector<int>{1, 1}; });
  EXPECT_THAT(list, Eventually(Each(1)));
}

TEST(Eventually, StopsAtItsDeadlineInThisPlacesTime) {
  const ScopedTimeScale four(4);
  const auto begun = Deadline::Clock::now();
  Counter counter;
  EXPECT_THAT(counter.Value(), Not(Eventually(0, kSoon)));
  EXPECT_GE(Deadline::Clock::now() - begun, 4 * kSoon);
}

TEST(Eventually, DescribesTheTimeAndTheExpectation) {
  EXPECT_EQ(DescribeMatcher<const Observable<int>&>(Eventually(Ge(3))), "within 30 s, is >= 3");
  EXPECT_EQ(DescribeMatcher<const Observable<int>&>(Eventually(Ge(3), milliseconds(1500))),
            "within 1.5 s, is >= 3");
  EXPECT_EQ(DescribeMatcher<const Observable<int>&>(Eventually(Ge(3), seconds(2)), true),
            "not (within 2 s, is >= 3)");
  const ScopedTimeScale four(4);
  EXPECT_EQ(DescribeMatcher<const Observable<int>&>(Eventually(Ge(3))), "within 120 s, is >= 3");
}

TEST(Eventually, NamesTheThingInAFailure) {
  EXPECT_EQ(::testing::PrintToString(Counter().Value()), "the counter");
}

}  // namespace
}  // namespace dualpath
