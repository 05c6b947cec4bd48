#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <chrono>
#include <iomanip>
#include <optional>
#include <ostream>
#include <sstream>
#include <string>
#include <thread>
#include <utility>

#include "helpers/base/eventually.h"
#include "helpers/base/observable.h"
#include "helpers/matchers/negation.h"

namespace dualpath {

/// Prints its name: gtest would print bytes, and reading the value may take long or fail.
template <typename T>
void PrintTo(const Observable<T>& observable, std::ostream* out) {
  *out << observable.what();
}

namespace matchers_internal {

/// Returns what is wrong with a value that was read, and the value; nothing if it matches. An
/// `Error` never matches.
template <typename T>
std::optional<std::string> Mismatch(const Result<T>& seen,
                                    const ::testing::Matcher<const T&>& inner) {
  if (!seen.ok()) return "which could not be read: " + seen.error().ToString();
  ::testing::StringMatchResultListener why;
  if (inner.MatchAndExplain(*seen, &why)) return std::nullopt;
  constexpr std::size_t kMostShown = 2000;
  std::string value = ::testing::PrintToString(*seen);
  if (value.size() > kMostShown) {
    const std::size_t more = value.size() - kMostShown;
    value = value.substr(0, kMostShown) + "... and " + std::to_string(more) + " more bytes";
  }
  return (why.str().empty() ? "" : why.str() + "; ") + "last seen: " + value;
}

/// Remembers that the current test has waited in vain.
void NoteExpiry();

bool CurrentTestHasFailed();

/// Returns the time for which the current test waits: all of `budget`, or a tenth, if it has failed
/// and has waited in vain before. Its verdict is known, and what it waits for next usually depends
/// on what did not come.
std::chrono::milliseconds BudgetInThisTest(std::chrono::milliseconds budget,
                                           bool has_failed = CurrentTestHasFailed());

/// Returns "; looked for 3 s only, since ...", at the end of an explanation.
std::string ShortBudgetNote(std::chrono::milliseconds budget);

/// Base of matchers that poll an `Observable` for some time.
template <typename T>
class TimedMatcher : public ::testing::MatcherInterface<const Observable<T>&> {
 public:
  TimedMatcher(::testing::Matcher<const T&> inner, std::chrono::milliseconds time)
      : inner_(std::move(inner)), time_(time) {}

  bool MatchAndExplain(const Observable<T>& observable,
                       ::testing::MatchResultListener* listener) const override {
    // EXPECT_THAT matches a second time for the explanation; polling again would take twice as long
    // and might explain another value.
    if (listener->IsInterested() && std::exchange(failed_, nullptr) == &observable) {
      *listener << explanation_;
      return false;
    }
    const std::optional<std::string> mismatch = Watch(observable);
    if (!mismatch) return true;
    explanation_ = *mismatch;
    *listener << explanation_;
    if (!listener->IsInterested()) failed_ = &observable;
    return false;
  }

 protected:
  const ::testing::Matcher<const T&>& inner() const { return inner_; }
  std::chrono::milliseconds time() const { return time_; }

 private:
  virtual std::optional<std::string> Watch(const Observable<T>& observable) const = 0;

  ::testing::Matcher<const T&> inner_;
  std::chrono::milliseconds time_;
  mutable const Observable<T>* failed_ = nullptr;  ///< mismatch that is still to be explained
  mutable std::string explanation_;
};

template <typename T>
class EventuallyImpl : public TimedMatcher<T> {
 public:
  using TimedMatcher<T>::TimedMatcher;

  void DescribeTo(std::ostream* out) const override {
    *out << "within " << std::chrono::duration<double>(this->time()).count() * TimeScale()
         << " s, ";
    this->inner().DescribeTo(out);
  }

 private:
  std::optional<std::string> Watch(const Observable<T>& observable) const override {
    const std::chrono::milliseconds budget = BudgetInThisTest(this->time());
    std::optional<std::string> mismatch;
    bool is_gone = false;
    PollUntil(Deadline::In(budget), [&] {
      const Result<T> seen = observable.Now();
      mismatch = Mismatch(seen, this->inner());
      is_gone = !seen.ok() && seen.error().error_number() == kGone;
      return !mismatch || is_gone;
    });
    if (mismatch && !is_gone) NoteExpiry();
    if (mismatch && budget < this->time()) *mismatch += ShortBudgetNote(budget);
    return mismatch;
  }
};

template <typename T>
class StaysSoImpl : public TimedMatcher<T> {
 public:
  using TimedMatcher<T>::TimedMatcher;

  void DescribeTo(std::ostream* out) const override {
    *out << "for " << std::chrono::duration<double>(this->time()).count() << " s, ";
    this->inner().DescribeTo(out);
  }

 private:
  std::optional<std::string> Watch(const Observable<T>& observable) const override {
    const auto pause = std::clamp(this->time() / 50, std::chrono::milliseconds(20),
                                  std::chrono::milliseconds(1000));
    const auto begun = Deadline::Clock::now();
    const Deadline end = Deadline::InUnscaled(this->time());
    while (true) {
      const bool last_look = end.Expired();
      const auto looked = Deadline::Clock::now();
      const auto mismatch = Mismatch(observable.Now(), this->inner());
      if (mismatch) {
        std::ostringstream text;
        text << std::fixed << std::setprecision(3) << "after "
             << std::chrono::duration<double>(looked - begun).count() << " s (at "
             << std::chrono::duration<double>(looked.time_since_epoch()).count()
             << " s of the timeline), " << *mismatch;
        return text.str();
      }
      if (last_look) return std::nullopt;
      std::this_thread::sleep_for(end.RemainingUpTo(pause));
    }
  }
};

/// Converts to a matcher of the Observable that it is used on, as gMock's own matchers do.
template <template <typename> class Impl, typename InnerMatcher>
class ObservableMatcher : public MayFailToLook {
 public:
  ObservableMatcher(InnerMatcher inner, std::chrono::milliseconds time)
      : inner_(std::move(inner)), time_(time) {}

  template <typename T>
  operator ::testing::Matcher<const Observable<T>&>()
      const {  // NOLINT(google-explicit-constructor)
    return ::testing::Matcher<const Observable<T>&>(
        new Impl<T>(::testing::SafeMatcherCast<const T&>(inner_), time_));
  }
  template <typename T>
  operator ::testing::Matcher<Observable<T>>() const {  // NOLINT(google-explicit-constructor)
    return ::testing::SafeMatcherCast<Observable<T>>(
        ::testing::Matcher<const Observable<T>&>(*this));
  }

 private:
  InnerMatcher inner_;
  std::chrono::milliseconds time_;
};

/// Found by argument-dependent lookup; see negation.h.
template <template <typename> class Impl, typename InnerMatcher>
void Not(const ObservableMatcher<Impl, InnerMatcher>&) = delete;

}  // namespace matchers_internal

/// Longer than any single reaction of the stack: multipathd's slowest check, a udev storm.
inline constexpr std::chrono::seconds kEventually{30};

/// Polls an `Observable` until `inner` matches, or fails when `budget` (times the place's time
/// scale) has passed:
///   EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(1))})));
/// fails as
///   Value of: topology()
///   Expected: within 30 s, path groups [active: 4:0:1:0 active ready running]
///     Actual: the topology of mpatha, whose path groups are [...]; last seen: mpatha (3600...
/// Consecutive expectations may hold at different times; combine those that must hold at the same
/// time with AllOf. After one that has failed, the others of the case wait for a tenth of their
/// budget. The first match ends the polling: to expect that something does not change, use
/// `StaysSo`.
template <typename InnerMatcher>
auto Eventually(InnerMatcher inner, std::chrono::milliseconds budget = kEventually) {
  return matchers_internal::ObservableMatcher<matchers_internal::EventuallyImpl, InnerMatcher>(
      std::move(inner), budget);
}

/// `inner` matches at every poll for `duration`: 50 polls, or one per second if that is more. The
/// duration is not scaled and is measured with CLOCK_MONOTONIC, like multipathd's timers:
///   EXPECT_THAT(table(), StaysSo(Not(QueuesIfNoPath()), std::chrono::seconds(60)));
/// fails at the first poll that does not match, as
///   Expected: for 60 s, does not have queue_if_no_path
///     Actual: the table of mpatha, after 3.020 s (at 389.410 s of the timeline), last seen: 0 ...
/// An `Error` is a mismatch. A change that is undone between two polls is not seen: match the log
/// for that. Not(Eventually(...)) and Not(StaysSo(...)) do not compile, since a value that could
/// not be read would satisfy them: write StaysSo(Not(...)) and Eventually(Not(...)).
template <typename InnerMatcher>
auto StaysSo(InnerMatcher inner, std::chrono::milliseconds duration) {
  return matchers_internal::ObservableMatcher<matchers_internal::StaysSoImpl, InnerMatcher>(
      std::move(inner), duration);
}

}  // namespace dualpath
