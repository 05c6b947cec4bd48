#pragma once

#include <gmock/gmock.h>

#include <functional>
#include <ostream>
#include <string>
#include <utility>

namespace dualpath {

/// Matches what `look` makes of the value. As gMock's ResultOf with a description, which gtest 1.10
/// does not have.
template <typename T, typename View>
class ViewMatcher : public ::testing::MatcherInterface<const T&> {
 public:
  ViewMatcher(std::string what, std::function<View(const T&)> look,
              ::testing::Matcher<View> expected)
      : what_(std::move(what)), look_(std::move(look)), expected_(std::move(expected)) {}

  bool MatchAndExplain(const T& value, ::testing::MatchResultListener* listener) const override {
    const View seen = look_(value);
    if (expected_.Matches(seen)) return true;
    *listener << "whose " << what_ << " is " << ::testing::PrintToString(seen);
    return false;
  }
  void DescribeTo(std::ostream* out) const override {
    *out << what_ << " ";
    expected_.DescribeTo(out);
  }

 private:
  std::string what_;
  std::function<View(const T&)> look_;
  ::testing::Matcher<View> expected_;
};

template <typename T, typename View>
::testing::Matcher<const T&> Viewed(std::string what, std::function<View(const T&)> look,
                                    ::testing::Matcher<View> expected) {
  return ::testing::Matcher<const T&>(
      new ViewMatcher<T, View>(std::move(what), std::move(look), std::move(expected)));
}

}  // namespace dualpath
