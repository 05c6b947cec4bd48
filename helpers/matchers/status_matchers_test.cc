#include "helpers/matchers/status_matchers.h"

#include <gmock/gmock.h>
#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include "helpers/matchers/explanation.h"

namespace dualpath {
namespace {

using ::testing::DescribeMatcher;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Result<int> Half(int n) {
  if (n % 2 != 0) return Error::Because("halve", std::to_string(n), "odd number");
  return n / 2;
}

TEST(FailsWith, MatchesTheWholeTextOfTheError) {
  EXPECT_THAT(Half(3), FailsWith("halve: 3: odd number"));
  EXPECT_THAT(Half(3), FailsWith(StartsWith("halve: 3")));
  EXPECT_THAT(Half(3), FailsWith(Not(HasSubstr("even"))));
  EXPECT_THAT(Status(Error::FromErrno("delete path", "/sys/x", ENOENT)),
              FailsWith(HasSubstr("errno 2")));
}

TEST(FailsWith, ShowsTheActualError) {
  EXPECT_THAT(Half(3), Not(FailsWith("halve: 3")));
  EXPECT_EQ(WhyNot(FailsWith(HasSubstr("even")), Half(3)),
            "which failed with \"halve: 3: odd number\"");
}

TEST(FailsWith, DoesNotMatchSuccess) {
  EXPECT_EQ(WhyNot(FailsWith(HasSubstr("odd")), Half(4)), "which succeeded");
}

TEST(FailsWith, DescribesTheError) {
  EXPECT_EQ(DescribeMatcher<Result<int>>(FailsWith(HasSubstr("odd"))),
            "fails with an error that has substring \"odd\"");
  EXPECT_EQ(DescribeMatcher<Result<int>>(FailsWith("odd"), true),
            "does not fail with an error that is equal to \"odd\"");
}

TEST(StatusAssertions, PassOnSuccess) {
  EXPECT_OK(Half(4));
  ASSERT_OK(Status(Ok{}));
  ASSERT_OK_AND_ASSIGN(const int half, Half(4));
  EXPECT_EQ(half, 2);
}

TEST(StatusAssertions, FailWithTheErrorsText) {
  EXPECT_NONFATAL_FAILURE(EXPECT_OK(Half(3)), "Half(3) failed: halve: 3: odd number");
  EXPECT_FATAL_FAILURE(ASSERT_OK(Half(3)), "Half(3) failed: halve: 3: odd number");
}

void AssignHalfOf3() {
  ASSERT_OK_AND_ASSIGN(const int half, Half(3));
  ADD_FAILURE() << "the test continued, with " << half;
}

TEST(StatusAssertions, EndTheTestWithTheErrorsText) {
  EXPECT_FATAL_FAILURE(AssignHalfOf3(), "Half(3) failed: halve: 3: odd number");
}

}  // namespace
}  // namespace dualpath
