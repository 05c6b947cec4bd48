#pragma once

#include <gmock/gmock.h>

#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <utility>

namespace dualpath {

/// Matches a value for which `mismatch` returns nothing; otherwise its text is the explanation.
template <typename T>
class DescribedMatcher : public ::testing::MatcherInterface<const T&> {
 public:
  using Mismatch = std::function<std::optional<std::string>(const T&)>;

  DescribedMatcher(std::string description, std::string negation, Mismatch mismatch)
      : description_(std::move(description)),
        negation_(std::move(negation)),
        mismatch_(std::move(mismatch)) {}

  bool MatchAndExplain(const T& value, ::testing::MatchResultListener* listener) const override {
    const std::optional<std::string> mismatch = mismatch_(value);
    if (mismatch) *listener << *mismatch;
    return !mismatch;
  }
  void DescribeTo(std::ostream* out) const override { *out << description_; }
  void DescribeNegationTo(std::ostream* out) const override { *out << negation_; }

 private:
  std::string description_;
  std::string negation_;
  Mismatch mismatch_;
};

/// `description` and `negation` come after "Expected:", the result of `mismatch` after the value.
template <typename T>
::testing::Matcher<const T&> Described(std::string description, std::string negation,
                                       typename DescribedMatcher<T>::Mismatch mismatch) {
  return ::testing::Matcher<const T&>(
      new DescribedMatcher<T>(std::move(description), std::move(negation), std::move(mismatch)));
}

}  // namespace dualpath
