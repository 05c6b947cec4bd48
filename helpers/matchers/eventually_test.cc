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
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

constexpr milliseconds kSoon{60};

/// Counts how often it is read.
class Counter {
 public:
  Observable<int> Value() {
    return {"the counter", [this]() -> Result<int> { return ++looks_; }};
  }
  int looks() const { return looks_; }

 private:
  int looks_ = 0;
};

TEST(Eventually, PollsUntilItMatches) {
  Counter counter;
  EXPECT_THAT(counter.Value(), Eventually(Ge(3)));
  EXPECT_EQ(counter.looks(), 3);
}

TEST(Eventually, PollsOnceIfTheFirstValueMatches) {
  Counter counter;
  EXPECT_THAT(counter.Value(), Eventually(Ge(1), milliseconds(0)));
  EXPECT_EQ(counter.looks(), 1);
}

MATCHER_P(Reaches, goal, "") {
  if (arg < goal) *result_listener << "which is " << goal - arg << " short";
  return arg >= goal;
}

TEST(Eventually, ExplainsTheLastMismatchFirst) {
  Counter counter;
  const std::string why = WhyNot(Eventually(Reaches(1000), kSoon), counter.Value());
  EXPECT_EQ(why, "which is " + std::to_string(1000 - counter.looks()) +
                     " short; last seen: " + std::to_string(counter.looks()));
  EXPECT_GE(counter.looks(), 2);
}

TEST(Eventually, DoesNotWaitAgainToExplain) {
  Counter counter;
  const Observable<int> value = counter.Value();
  const ::testing::Matcher<const Observable<int>&> never = Eventually(0, kSoon);
  EXPECT_FALSE(never.Matches(value));
  const int looks = counter.looks();
  EXPECT_EQ(WhyNot(never, value), "last seen: " + std::to_string(looks));
  EXPECT_EQ(counter.looks(), looks);

  EXPECT_NE(WhyNot(never, value), "last seen: " + std::to_string(looks));
  EXPECT_GT(counter.looks(), looks) << "matched again, it polls again";
}

TEST(Eventually, RetriesAfterErrors) {
  int looks = 0;
  const Observable<int> value("the value", [&]() -> Result<int> {
    if (++looks < 3) return Error::Because("ask", "multipathd", "not running");
    return 7;
  });
  EXPECT_THAT(value, Eventually(7));
  EXPECT_EQ(looks, 3);
}

TEST(Eventually, ExplainsTheLastError) {
  const Observable<int> value("the value", []() -> Result<int> {
    return Error::Because("ask", "multipathd", "not running");
  });
  EXPECT_EQ(WhyNot(Eventually(7, kSoon), value),
            "which could not be read: ask: multipathd: not running");
}

TEST(Eventually, TakesAnyInnerMatcher) {
  const Observable<std::string> word("the word", [] { return std::string("off"); });
  EXPECT_THAT(word, Eventually("off"));
  EXPECT_THAT(word, Eventually(AllOf(StartsWith("o"), EndsWith("f"))));
  EXPECT_THAT(word, Eventually(Not("on")));
  const Observable<std::vector<int>> list("the list", [] { return std::vector<int>{1, 1}; });
  EXPECT_THAT(list, Eventually(Each(1)));
}

TEST(Eventually, ScalesItsDeadline) {
  const ScopedTimeScale four(4);
  const auto begun = Deadline::Clock::now();
  Counter counter;
  EXPECT_NE(WhyNot(Eventually(0, kSoon), counter.Value()), "it matches");
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

TEST(Eventually, CutsALongValue) {
  const Observable<std::string> text("the text", [] { return std::string(3000, 'x'); });
  EXPECT_THAT(WhyNot(Eventually("y", milliseconds(0)), text),
              AllOf(StartsWith("last seen: \"xxx"), EndsWith("xxx... and 1002 more bytes")));
}

TEST(Eventually, EndsIfWhatItReadsIsGone) {
  int looks = 0;
  const Observable<int> value("the value", [&]() -> Result<int> {
    ++looks;
    return Error::FromErrno("ask", "the agent", kGone);
  });
  EXPECT_THAT(WhyNot(Eventually(7), value),
              StartsWith("which could not be read: ask: the agent: "));
  EXPECT_EQ(looks, 1);
}

TEST(Eventually, WaitsForATenthAfterAnotherHasFailedTheTest) {
  using matchers_internal::BudgetInThisTest;
  EXPECT_EQ(BudgetInThisTest(seconds(30), true), seconds(30)) << "failed by something else";
  EXPECT_NE(WhyNot(Eventually(0, milliseconds(0)), Counter().Value()), "it matches");
  EXPECT_EQ(BudgetInThisTest(seconds(30), false), seconds(30)) << "the test has not failed";
  EXPECT_EQ(BudgetInThisTest(seconds(30), true), seconds(3));
  EXPECT_EQ(matchers_internal::ShortBudgetNote(seconds(3)),
            "; looked for 3 s only, since this case had waited in vain before");
}

TEST(Observable, IsPrintedByItsName) {
  EXPECT_EQ(::testing::PrintToString(Counter().Value()), "the counter");
}

TEST(StaysSo, PollsForItsWholeDuration) {
  const auto begun = Deadline::Clock::now();
  Counter counter;
  EXPECT_THAT(counter.Value(), StaysSo(Ge(1), milliseconds(50)));
  EXPECT_GE(Deadline::Clock::now() - begun, milliseconds(50));
  EXPECT_GE(counter.looks(), 2);
}

TEST(StaysSo, PollsAtTheBeginningAndAtTheEnd) {
  Counter counter;
  EXPECT_NE(WhyNot(StaysSo(Ge(2), milliseconds(50)), counter.Value()), "it matches");
  EXPECT_EQ(counter.looks(), 1) << "the first mismatch ends it";

  bool late = false;
  const auto begun = Deadline::Clock::now();
  const Observable<bool> value("the value", [&]() -> Result<bool> {
    late = Deadline::Clock::now() - begun >= milliseconds(50);
    return late;
  });
  EXPECT_NE(WhyNot(StaysSo(false, milliseconds(50)), value), "it matches");
  EXPECT_TRUE(late) << "only the poll at the end can fail it";
}

TEST(StaysSo, ExplainsWhenAndWhatItSawFirst) {
  const Observable<int> value("the value", [n = 0]() mutable -> Result<int> { return ++n; });
  EXPECT_THAT(WhyNot(StaysSo(Not(Reaches(3)), seconds(10)), value),
              MatchesRegex("after [0-9.]+ s \\(at [0-9.]+ s of the timeline\\), last seen: 3"));
  EXPECT_THAT(WhyNot(StaysSo(Reaches(100), seconds(10)), value),
              MatchesRegex("after 0.0[0-9]+ s \\(at [0-9.]+ s of the timeline\\), which is 96 "
                           "short; last seen: 4"));
}

TEST(StaysSo, FailsAtAnError) {
  int looks = 0;
  const Observable<int> value("the value", [&]() -> Result<int> {
    if (++looks == 2) return Error::Because("ask", "multipathd", "not running");
    return 7;
  });
  EXPECT_THAT(WhyNot(StaysSo(7, seconds(10)), value),
              EndsWith(", which could not be read: ask: multipathd: not running"));
  looks = 1;
  EXPECT_THAT(WhyNot(StaysSo(Not(8), seconds(10)), value),
              EndsWith(", which could not be read: ask: multipathd: not running"));
}

TEST(StaysSo, DoesNotPollAgainToExplain) {
  Counter counter;
  const Observable<int> value = counter.Value();
  const ::testing::Matcher<const Observable<int>&> never = StaysSo(0, kSoon);
  EXPECT_FALSE(never.Matches(value));
  EXPECT_THAT(WhyNot(never, value), EndsWith("last seen: 1"));
  EXPECT_EQ(counter.looks(), 1);
}

TEST(StaysSo, DoesNotScaleItsDuration) {
  const ScopedTimeScale thousand(1000);
  const auto begun = Deadline::Clock::now();
  Counter counter;
  EXPECT_THAT(counter.Value(), StaysSo(Ge(1), milliseconds(20)));
  EXPECT_LT(Deadline::Clock::now() - begun, seconds(15));
}

TEST(StaysSo, DescribesTheTimeAndTheExpectation) {
  EXPECT_EQ(DescribeMatcher<const Observable<int>&>(StaysSo(Ge(3), seconds(60))),
            "for 60 s, is >= 3");
  EXPECT_EQ(DescribeMatcher<const Observable<int>&>(StaysSo(Not(Ge(3)), milliseconds(1500))),
            "for 1.5 s, isn't >= 3");
}

}  // namespace
}  // namespace dualpath
