#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "helpers/base/result.h"

namespace dualpath {

/// A helper's error as a failure message: operation, object and cause.
template <typename T>
::testing::AssertionResult IsOk(const char* expression, const Result<T>& result) {
  if (result.ok()) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << expression << " failed: " << result.error().ToString();
}

/// An error whose text matches.
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
/// `ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());`
#define ASSERT_OK_AND_ASSIGN(declaration, expression) \
  ASSERT_OK_AND_ASSIGN_INNER(DUALPATH_CONCAT(dualpath_result_, __LINE__), declaration, expression)
#define ASSERT_OK_AND_ASSIGN_INNER(result, declaration, expression)                       \
  auto result = (expression);                                                             \
  if (!result.ok()) GTEST_FAIL() << #expression " failed: " << result.error().ToString(); \
  declaration = std::move(result).value()
// NOLINTEND(bugprone-macro-parentheses)
