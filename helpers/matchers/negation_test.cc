#include "helpers/matchers/negation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <type_traits>
#include <utility>

#include "helpers/matchers/eventually.h"
#include "helpers/matchers/explanation.h"
#include "helpers/matchers/io_matchers.h"
#include "helpers/matchers/log_matchers.h"
#include "helpers/matchers/scsi_matchers.h"
#include "helpers/matchers/status_matchers.h"

namespace dualpath {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Not;

template <typename M, typename = void>
struct NotCompiles : std::false_type {};
template <typename M>
struct NotCompiles<M, std::void_t<decltype(Not(std::declval<M>()))>> : std::true_type {};

template <typename M>
constexpr bool CanBeNegated(const M& /*matcher*/) {
  return NotCompiles<M>::value;
}

TEST(Negation, IsAvailableForMatchersOfValues) {
  EXPECT_TRUE(CanBeNegated(Ge(3)));
  EXPECT_TRUE(CanBeNegated(AllOf(Ge(3), HasSubstr("x"))));
  EXPECT_TRUE(CanBeNegated(Logs(LineContaining("x"))));
  EXPECT_TRUE(CanBeNegated(CompletedWithoutErrors()));
}

TEST(Negation, DoesNotCompileIfTheMatcherMayHaveFailedToLook) {
  EXPECT_FALSE(CanBeNegated(Eventually(Ge(3))));
  EXPECT_FALSE(CanBeNegated(EventuallyLogs(LineContaining("x"))));
  EXPECT_FALSE(CanBeNegated(StaysSo(Ge(3), std::chrono::seconds(1))));
  EXPECT_FALSE(CanBeNegated(FailsWith("x")));
  EXPECT_FALSE(CanBeNegated(HoldsEveryWriteAcknowledgedIn({})));
  EXPECT_FALSE(CanBeNegated(LosesWritesAcknowledgedIn({})));
}

TEST(Negation, DoesNotCompileForAnErasedTypeEither) {
  const ::testing::Matcher<const Observable<int>&> eventually = Eventually(Ge(3));
  EXPECT_FALSE(CanBeNegated(eventually));
  const ::testing::Matcher<const Result<scsi::Completion>&> succeeded = Succeeded();
  EXPECT_FALSE(CanBeNegated(succeeded));
  EXPECT_TRUE(CanBeNegated(::testing::Matcher<int>(Ge(3))));
}

TEST(Negation, DoesNotCompileForACombinationEither) {
  EXPECT_FALSE(CanBeNegated(AllOf(Eventually(Ge(3)), Eventually(Ge(4)))));
  EXPECT_FALSE(CanBeNegated(AnyOf(Ge(3), AllOf(Ge(4), Succeeded()))));
  EXPECT_FALSE(CanBeNegated(AnyOf(HoldsEveryWriteAcknowledgedIn({}))));
}

TEST(Negation, OfACompletionIsNotSatisfiedByAnError) {
  const Result<scsi::Completion> none =
      Error::Because("send", "READ(10)", "the agent does not answer");
  EXPECT_EQ(WhyNot(Succeeded(), none), "the command was not sent");
  EXPECT_EQ(WhyNot(Not(Succeeded()), none), "the command was not sent");
  EXPECT_EQ(WhyNot(Not(Not(Succeeded())), none), "the command was not sent");
  EXPECT_EQ(WhyNot(Not(EndsWithStatus(scsi::ScsiStatus::kGood)), none), "the command was not sent");
  EXPECT_EQ(WhyNot(AnyOf(Succeeded(), Not(Succeeded())), none).find("it matches"),
            std::string::npos);

  scsi::Completion failed;
  failed.error_number = EIO;
  EXPECT_THAT(Result<scsi::Completion>(failed), Not(Succeeded()));
  EXPECT_THAT(Result<scsi::Completion>(scsi::Completion()), Not(Not(Succeeded())));
}

}  // namespace
}  // namespace dualpath
