#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "helpers/base/result.h"

namespace dualpath {

/// EXPECT_OK(rig().path(0).Delete()) fails as
///   rig().path(0).Delete() failed: delete disk 3:0:1:0: write "1": ...: No such device (errno 19)
template <typename T>
::testing::AssertionResult IsOk(const char* expression, const Result<T>& result) {
  if (result.ok()) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << expression << " failed: " << result.error().ToString();
}

/// An error whose text, "operation: object: reason", is or matches `message`:
///   EXPECT_THAT(Rig::Adopt(), FailsWith(HasSubstr("no rig is up")));
/// fails as
///   Expected: fails with an error that has substring "no rig is up"
///     Actual: ..., which failed with "adopt the rig: ..."
MATCHER_P(FailsWith, message,
          std::string(negation ? "does not fail" : "fails") + " with an error that " +
              ::testing::DescribeMatcher<std::string>(message)) {
  if (arg.ok()) {
    *result_listener << "which succeeded";
    return false;
  }
  const std::string text = arg.error().ToString();
  *result_listener << "which failed with \"" << text << "\"";
  return ::testing::Value(text, message);
}

}  // namespace dualpath

#define EXPECT_OK(expression) EXPECT_PRED_FORMAT1(::dualpath::IsOk, expression)
#define ASSERT_OK(expression) ASSERT_PRED_FORMAT1(::dualpath::IsOk, expression)

// NOLINTBEGIN(bugprone-macro-parentheses): `declaration` and `result` cannot be in parentheses.
/// Declares `io`, or ends the test with the error:
///   ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
#define ASSERT_OK_AND_ASSIGN(declaration, expression) \
  ASSERT_OK_AND_ASSIGN_INNER(DUALPATH_CONCAT(dualpath_result_, __LINE__), declaration, expression)
#define ASSERT_OK_AND_ASSIGN_INNER(result, declaration, expression)                       \
  auto result = (expression);                                                             \
  if (!result.ok()) GTEST_FAIL() << #expression " failed: " << result.error().ToString(); \
  declaration = std::move(result).value()
// NOLINTEND(bugprone-macro-parentheses)
