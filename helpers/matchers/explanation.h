#pragma once

#include <gmock/gmock.h>

#include <string>

namespace dualpath {

/// For the tests of matchers: what a failed EXPECT_THAT would add after the value, or "it matches".
template <typename T, typename M>
std::string WhyNot(const M& matcher, const T& value) {
  const ::testing::Matcher<const T&> typed = ::testing::SafeMatcherCast<const T&>(matcher);
  ::testing::StringMatchResultListener why;
  return typed.MatchAndExplain(value, &why) ? "it matches" : why.str();
}

}  // namespace dualpath
