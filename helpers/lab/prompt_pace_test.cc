#include "helpers/lab/prompt_pace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dualpath::lab {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::Eq;
using ::testing::Optional;

/// A VM whose clock says 1000 when ours says 0.
class PromptPaceTest : public ::testing::Test {
 protected:
  static PromptPace::Clock::time_point At(milliseconds ours) {
    return PromptPace::Clock::time_point(ours);
  }

  void Prompt(milliseconds vms, milliseconds ours, std::uint64_t typed = 0) {
    pace_.Received({1000 + std::chrono::duration<double>(vms).count(), typed, true}, At(ours));
  }

  void Foreground(milliseconds vms, milliseconds ours, std::uint64_t typed = 0) {
    pace_.Received({1000 + std::chrono::duration<double>(vms).count(), typed, false}, At(ours));
  }

  /// Returns until when the VM is held, in milliseconds of our clock; nothing if it is not.
  std::optional<milliseconds> HeldUntil(milliseconds ours) const {
    const auto until = pace_.HeldUntil(At(ours));
    if (!until) return std::nullopt;
    return std::chrono::round<milliseconds>(until->time_since_epoch());
  }

  PromptPace pace_;
};

TEST_F(PromptPaceTest, AVmThatHasSaidNothingRuns) { EXPECT_FALSE(HeldUntil(seconds(0))); }

TEST_F(PromptPaceTest, HoldsAVmThatIsAheadUntilOurClockHasCaughtUp) {
  Prompt(seconds(0), milliseconds(0));
  EXPECT_FALSE(HeldUntil(milliseconds(0)));
  Prompt(seconds(1), milliseconds(40));
  EXPECT_THAT(HeldUntil(milliseconds(40)), Optional(Eq(milliseconds(1000))));
  EXPECT_THAT(HeldUntil(milliseconds(999)), Optional(Eq(milliseconds(1000))));
  EXPECT_FALSE(HeldUntil(milliseconds(1000)));
}

TEST_F(PromptPaceTest, KeepsPaceOverManyTicksThatOvershoot) {
  milliseconds ours(0);
  for (milliseconds vms(0); vms <= seconds(600); vms += milliseconds(1100)) {
    Prompt(vms, ours);
    ours = HeldUntil(ours).value_or(ours) + milliseconds(37);
  }
  EXPECT_NEAR(std::chrono::duration<double>(ours).count(), 600, 1.5);
}

TEST_F(PromptPaceTest, NeverHoldsWhileACommandRuns) {
  Prompt(seconds(0), milliseconds(0));
  Foreground(milliseconds(100), milliseconds(10));
  Foreground(seconds(50), milliseconds(900));
  EXPECT_FALSE(HeldUntil(milliseconds(900)));
}

TEST_F(PromptPaceTest, TimeThatACommandHasSkippedIsNotWaitedFor) {
  Prompt(seconds(0), milliseconds(0));
  Foreground(seconds(1), milliseconds(100));
  Prompt(seconds(50), milliseconds(900));
  EXPECT_FALSE(HeldUntil(milliseconds(900)));
  Prompt(seconds(51), milliseconds(950));
  EXPECT_THAT(HeldUntil(milliseconds(950)), Optional(Eq(milliseconds(1900))));
}

TEST_F(PromptPaceTest, AKeyEndsTheHold) {
  Prompt(seconds(0), milliseconds(0));
  Prompt(seconds(1), milliseconds(40));
  pace_.Typed(1);
  EXPECT_FALSE(HeldUntil(milliseconds(50)));
}

// The VM had written its line before the key reached it: holding it now would delay the echo.
TEST_F(PromptPaceTest, HoldsAgainOnlyWhenTheKeyHasArrivedInTheVm) {
  Prompt(seconds(0), milliseconds(0));
  pace_.Typed(3);
  Prompt(seconds(1), milliseconds(40), 2);
  EXPECT_FALSE(HeldUntil(milliseconds(40)));
  Prompt(milliseconds(1030), milliseconds(50), 3);
  EXPECT_THAT(HeldUntil(milliseconds(50)), Optional(Eq(milliseconds(1030))));
}

TEST_F(PromptPaceTest, LeadGainedByTypingIsWaitedFor) {
  Prompt(seconds(0), milliseconds(0));
  for (int keys = 1; keys <= 20; ++keys) {
    pace_.Typed(1);
    Prompt(milliseconds(30 * keys), milliseconds(10 * keys), keys);
  }
  EXPECT_THAT(HeldUntil(milliseconds(200)), Optional(Eq(milliseconds(600))));
}

TEST_F(PromptPaceTest, DoesNotHoldUntilALineHasBeenAnswered) {
  Prompt(seconds(0), milliseconds(0));
  pace_.Asked();
  Prompt(seconds(1), milliseconds(40));
  EXPECT_FALSE(HeldUntil(milliseconds(50)));
  pace_.Answered();
  EXPECT_THAT(HeldUntil(milliseconds(50)), Optional(Eq(milliseconds(1000))));
}

TEST_F(PromptPaceTest, MakesUpForAShortLag) {
  Prompt(seconds(0), milliseconds(0));
  Prompt(seconds(1), milliseconds(1900));
  EXPECT_FALSE(HeldUntil(milliseconds(1900)));
  Prompt(seconds(2), milliseconds(1950));
  EXPECT_THAT(HeldUntil(milliseconds(1950)), Optional(Eq(milliseconds(2000))));
}

TEST_F(PromptPaceTest, ForgetsALongLag) {
  Prompt(seconds(0), milliseconds(0));
  Prompt(seconds(1), milliseconds(60000));
  Prompt(seconds(2), milliseconds(60040));
  EXPECT_THAT(HeldUntil(milliseconds(60040)), Optional(Eq(milliseconds(61000))));
}

TEST_F(PromptPaceTest, ForgetsALongLead) {
  Prompt(seconds(0), milliseconds(0));
  Prompt(seconds(3600), milliseconds(100));
  EXPECT_THAT(HeldUntil(milliseconds(100)), Optional(Eq(milliseconds(5100))));
  Prompt(seconds(3601), milliseconds(5140));
  EXPECT_THAT(HeldUntil(milliseconds(5140)), Optional(Eq(milliseconds(6100))));
}

}  // namespace
}  // namespace dualpath::lab
