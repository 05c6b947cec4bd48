#pragma once

#include <gmock/gmock.h>

#include <ostream>
#include <string>
#include <utility>

#include "helpers/base/eventually.h"
#include "helpers/base/observable.h"

namespace dualpath {

/// gtest would print an Observable as bytes; what was seen is in the explanation.
template <typename T>
void PrintTo(const Observable<T>& observable, std::ostream* out) {
  *out << observable.what();
}

/// Looks at an `Observable` until `inner` matches what is seen, or the deadline expires:
///   EXPECT_THAT(rig().topology(), Eventually(PathGroups({{Active(rig().path(1))}})));
/// fails as
///   Value of: rig().topology()
///   Expected: within 30 s, path groups {...}
///     Actual: the topology of mpatha, last seen as: ...
template <typename InnerMatcher>
class EventuallyMatcher {
 public:
  EventuallyMatcher(InnerMatcher inner, std::chrono::milliseconds budget)
      : inner_(std::move(inner)), budget_(budget) {}

  template <typename T>
  operator ::testing::Matcher<const Observable<T>&>()
      const {  // NOLINT(google-explicit-constructor)
    return ::testing::Matcher<const Observable<T>&>(
        new Impl<T>(::testing::SafeMatcherCast<const T&>(inner_), budget_));
  }
  template <typename T>
  operator ::testing::Matcher<Observable<T>>() const {  // NOLINT(google-explicit-constructor)
    return ::testing::SafeMatcherCast<Observable<T>>(
        ::testing::Matcher<const Observable<T>&>(*this));
  }

 private:
  template <typename T>
  class Impl : public ::testing::MatcherInterface<const Observable<T>&> {
   public:
    Impl(::testing::Matcher<const T&> inner, std::chrono::milliseconds budget)
        : inner_(std::move(inner)), budget_(budget) {}

    bool MatchAndExplain(const Observable<T>& observable,
                         ::testing::MatchResultListener* listener) const override {
      // EXPECT_THAT asks a second time, for the explanation: to wait anew would take the time twice
      // and tell of a later one.
      if (listener->IsInterested() && std::exchange(failed_, nullptr) == &observable) {
        *listener << last_seen_;
        return false;
      }
      std::string last_seen;
      const bool matched = PollUntil(Deadline::In(budget_), [&] {
        const Result<T> seen = observable.Now();
        if (!seen.ok()) {
          last_seen = "an error: " + seen.error().ToString();
          return false;
        }
        ::testing::StringMatchResultListener why;
        if (inner_.MatchAndExplain(*seen, &why)) return true;
        last_seen = ::testing::PrintToString(*seen) + (why.str().empty() ? "" : ", " + why.str());
        return false;
      });
      if (matched) return true;
      last_seen_ = "last seen as: " + last_seen;
      *listener << last_seen_;
      if (!listener->IsInterested()) failed_ = &observable;
      return false;
    }
    void DescribeTo(std::ostream* out) const override {
      *out << "within " << std::chrono::duration<double>(budget_).count() * TimeScale() << " s, ";
      inner_.DescribeTo(out);
    }

   private:
    ::testing::Matcher<const T&> inner_;
    std::chrono::milliseconds budget_;
    mutable const Observable<T>* failed_ = nullptr;  ///< not matched, and not yet explained why
    mutable std::string last_seen_;
  };

  InnerMatcher inner_;
  std::chrono::milliseconds budget_;
};

/// Longer than any single reaction of the stack: multipathd's slowest check, a udev storm.
inline constexpr std::chrono::seconds kEventually{30};

template <typename InnerMatcher>
EventuallyMatcher<InnerMatcher> Eventually(InnerMatcher inner,
                                           std::chrono::milliseconds budget = kEventually) {
  return EventuallyMatcher<InnerMatcher>(std::move(inner), budget);
}

}  // namespace dualpath
