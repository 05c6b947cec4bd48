#include "helpers/matchers/guest_matchers.h"

#include <ostream>

namespace dualpath {
namespace {

using guest::DomainEvent;
using guest::DomainState;
using Events = std::vector<DomainEvent>;

bool IsIoError(const DomainEvent& event) { return event.kind == DomainEvent::Kind::kIoError; }

bool IsFor(const DomainEvent& event, IoErrorReason reason) {
  if (reason == IoErrorReason::kNoSpace) return event.reason == "enospc";
  return event.reason.empty() || event.reason == "message";
}

/// As libvirt would report it, for messages.
std::string InWords(OnError action, IoErrorReason reason) {
  DomainEvent event;
  event.kind = DomainEvent::Kind::kIoError;
  event.disk = "the disk";
  event.action = static_cast<int>(action);
  if (reason == IoErrorReason::kNoSpace) event.reason = "enospc";
  return event.ToString();
}

class ReportsMatcher : public ::testing::MatcherInterface<const Events&> {
 public:
  ReportsMatcher(OnError action, IoErrorReason reason) : action_(action), reason_(reason) {}

  bool MatchAndExplain(const Events& events,
                       ::testing::MatchResultListener* listener) const override {
    bool any = false;
    for (const DomainEvent& event : events) {
      if (!IsIoError(event)) continue;
      any = true;
      if (event.action == static_cast<int>(action_) && IsFor(event, reason_)) continue;
      *listener << "which has " << event;
      return false;
    }
    if (!any) *listener << "which has no I/O error";
    return any;
  }
  void DescribeTo(std::ostream* out) const override {
    *out << "I/O errors, each as \"" << InWords(action_, reason_) << "\"";
  }

 private:
  OnError action_;
  IoErrorReason reason_;
};

class NoIoErrorMatcher : public ::testing::MatcherInterface<const Events&> {
 public:
  bool MatchAndExplain(const Events& events,
                       ::testing::MatchResultListener* listener) const override {
    for (const DomainEvent& event : events) {
      if (!IsIoError(event)) continue;
      *listener << "which has " << event;
      return false;
    }
    return true;
  }
  void DescribeTo(std::ostream* out) const override { *out << "no I/O error"; }
};

class StateMatcher : public ::testing::MatcherInterface<const DomainState&> {
 public:
  explicit StateMatcher(DomainState expected) : expected_(expected) {}

  bool MatchAndExplain(const DomainState& state,
                       ::testing::MatchResultListener* /*listener*/) const override {
    // Why a running domain runs is of no interest: booted, resumed.
    return state.state == expected_.state &&
           (state.state == VIR_DOMAIN_RUNNING || state.reason == expected_.reason);
  }
  void DescribeTo(std::ostream* out) const override { *out << "is " << expected_; }
  void DescribeNegationTo(std::ostream* out) const override { *out << "is not " << expected_; }

 private:
  DomainState expected_;
};

}  // namespace

::testing::Matcher<const Events&> ReportsIoErrors(OnError action, IoErrorReason reason) {
  return ::testing::Matcher<const Events&>(new ReportsMatcher(action, reason));
}

::testing::Matcher<const Events&> ReportsNoIoError() {
  return ::testing::Matcher<const Events&>(new NoIoErrorMatcher);
}

::testing::Matcher<const DomainState&> IsRunning() {
  return ::testing::Matcher<const DomainState&>(new StateMatcher({VIR_DOMAIN_RUNNING, 0}));
}

::testing::Matcher<const DomainState&> IsPausedByIoError() {
  return ::testing::Matcher<const DomainState&>(
      new StateMatcher({VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_IOERROR}));
}

}  // namespace dualpath
