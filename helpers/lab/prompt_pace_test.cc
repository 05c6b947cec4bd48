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

  /// The VM at its prompt, and a second more ahead than `kBurst`, when our clock says `ours`.
  void Ahead(milliseconds ours) {
    Prompt(seconds(0), milliseconds(0));
    Prompt(ours + PromptPace::kBurst + seconds(1), ours);
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
  Prompt(seconds(9), milliseconds(300));
  EXPECT_THAT(HeldUntil(milliseconds(300)), Optional(Eq(milliseconds(9000))));
}

TEST_F(PromptPaceTest, LetsItRunAheadInABurst) {
  Prompt(seconds(0), milliseconds(0));
  for (int second = 1; second <= 3; ++second) {
    Prompt(seconds(second), milliseconds(40 * second));
    EXPECT_FALSE(HeldUntil(milliseconds(40 * second))) << second;
  }
  Prompt(seconds(4), milliseconds(160));
  EXPECT_THAT(HeldUntil(milliseconds(160)), Optional(Eq(milliseconds(4000))));
  EXPECT_THAT(HeldUntil(milliseconds(3999)), Optional(Eq(milliseconds(4000))));
  EXPECT_FALSE(HeldUntil(milliseconds(4000)));
  // Another burst.
  Prompt(seconds(5), milliseconds(4040));
  EXPECT_FALSE(HeldUntil(milliseconds(4040)));
}

TEST_F(PromptPaceTest, KeepsPaceOverManyTicks) {
  milliseconds ours(0);
  for (milliseconds vms(0); vms <= seconds(600); vms += milliseconds(1100)) {
    Prompt(vms, ours);
    ours = HeldUntil(ours).value_or(ours) + milliseconds(37);
    EXPECT_LE(vms - ours, PromptPace::kBurst + seconds(2));
    EXPECT_GE(vms - ours, -seconds(1));
  }
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
  Prompt(seconds(59), milliseconds(1000));
  EXPECT_THAT(HeldUntil(milliseconds(1000)), Optional(Eq(milliseconds(9900))));
}

TEST_F(PromptPaceTest, AKeyEndsTheHold) {
  Ahead(milliseconds(40));
  EXPECT_TRUE(HeldUntil(milliseconds(50)));
  pace_.Typed(1);
  EXPECT_FALSE(HeldUntil(milliseconds(50)));
}

TEST_F(PromptPaceTest, GoesOnHoldingWhenTheKeyHasBeenAnswered) {
  Ahead(milliseconds(40));
  pace_.Typed(1);
  Prompt(milliseconds(4070), milliseconds(2000), 1);
  EXPECT_THAT(HeldUntil(milliseconds(2000)), Optional(Eq(milliseconds(4070))));
}

// The VM had written its line before the key reached it: holding it now would delay the echo.
TEST_F(PromptPaceTest, HoldsAgainOnlyWhenTheKeyHasArrivedInTheVm) {
  Ahead(milliseconds(40));
  pace_.Typed(3);
  Prompt(milliseconds(4060), milliseconds(50), 2);
  EXPECT_FALSE(HeldUntil(milliseconds(50)));
  Prompt(milliseconds(4090), milliseconds(60), 3);
  EXPECT_TRUE(HeldUntil(milliseconds(60)));
}

TEST_F(PromptPaceTest, DoesNotHoldUntilALineHasBeenAnswered) {
  Ahead(milliseconds(40));
  pace_.Asked();
  EXPECT_FALSE(HeldUntil(milliseconds(50)));
  pace_.Answered();
  EXPECT_TRUE(HeldUntil(milliseconds(50)));
}

TEST_F(PromptPaceTest, MakesUpForAShortLag) {
  Prompt(seconds(0), milliseconds(0));
  Prompt(seconds(1), milliseconds(1900));
  Prompt(seconds(10), milliseconds(1950));
  EXPECT_THAT(HeldUntil(milliseconds(1950)), Optional(Eq(milliseconds(10000))));
}

TEST_F(PromptPaceTest, ForgetsALongLag) {
  Prompt(seconds(0), milliseconds(0));
  Prompt(seconds(1), milliseconds(60000));
  Prompt(seconds(10), milliseconds(60040));
  EXPECT_THAT(HeldUntil(milliseconds(60040)), Optional(Eq(milliseconds(69000))));
}

TEST_F(PromptPaceTest, ForgetsALongLead) {
  Prompt(seconds(0), milliseconds(0));
  Prompt(seconds(3600), milliseconds(100));
  EXPECT_THAT(HeldUntil(milliseconds(100)), Optional(Eq(milliseconds(12100))));
}

}  // namespace
}  // namespace dualpath::lab
