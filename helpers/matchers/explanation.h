#pragma once

#include <gmock/gmock.h>

#include <string>

namespace dualpath {

/// Returns what a failed EXPECT_THAT prints after the value, or "it matches". For tests of
/// matchers.
template <typename T, typename M>
std::string WhyNot(const M& matcher, const T& value) {
  const ::testing::Matcher<const T&> typed = ::testing::SafeMatcherCast<const T&>(matcher);
  ::testing::StringMatchResultListener why;
  return typed.MatchAndExplain(value, &why) ? "it matches" : why.str();
}

}  // namespace dualpath
