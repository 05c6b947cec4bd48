#include "helpers/matchers/guest_matchers.h"

#include <optional>

#include "helpers/matchers/described.h"

namespace dualpath {
namespace {

using guest::DomainEvent;
using guest::DomainState;
using Events = std::vector<DomainEvent>;

bool IsIoError(const DomainEvent& event) { return event.kind == DomainEvent::Kind::kIoError; }

bool HasReason(const DomainEvent& event, IoErrorReason reason) {
  if (reason == IoErrorReason::kNoSpace) return event.reason == "enospc";
  return event.reason.empty() || event.reason == "message";
}

/// Returns the text of such an event, "I/O error on the disk: the guest is paused".
std::string Describe(OnError action, IoErrorReason reason) {
  DomainEvent event;
  event.kind = DomainEvent::Kind::kIoError;
  event.disk = "the disk";
  event.action = static_cast<int>(action);
  if (reason == IoErrorReason::kNoSpace) event.reason = "enospc";
  return event.ToString();
}

::testing::Matcher<const DomainState&> IsIn(DomainState expected) {
  const std::string text = ::testing::PrintToString(expected);
  return Described<DomainState>(
      "is " + text, "is not " + text,
      [expected](const DomainState& state) -> std::optional<std::string> {
        // A running domain may have any reason: booted, resumed.
        if (state.state == expected.state &&
            (state.state == VIR_DOMAIN_RUNNING || state.reason == expected.reason)) {
          return std::nullopt;
        }
        return "";
      });
}

}  // namespace

::testing::Matcher<const Events&> ReportsIoErrors(OnError action, IoErrorReason reason) {
  const std::string event_text = Describe(action, reason);
  return Described<Events>(
      "I/O errors, all of them \"" + event_text + "\"",
      "no I/O error, or one other than \"" + event_text + "\"",
      [action, reason](const Events& events) -> std::optional<std::string> {
        bool any = false;
        for (const DomainEvent& event : events) {
          if (!IsIoError(event)) continue;
          any = true;
          if (event.action != static_cast<int>(action) || !HasReason(event, reason)) {
            return "which has " + event.ToString();
          }
        }
        if (any) return std::nullopt;
        return "which has no I/O error";
      });
}

::testing::Matcher<const Events&> ReportsNoIoError() {
  return Described<Events>("no I/O error", "an I/O error",
                           [](const Events& events) -> std::optional<std::string> {
                             for (const DomainEvent& event : events) {
                               if (IsIoError(event)) return "which has " + event.ToString();
                             }
                             return std::nullopt;
                           });
}

::testing::Matcher<const DomainState&> IsRunning() { return IsIn({VIR_DOMAIN_RUNNING, 0}); }

::testing::Matcher<const DomainState&> IsPausedByIoError() {
  return IsIn({VIR_DOMAIN_PAUSED, VIR_DOMAIN_PAUSED_IOERROR});
}

}  // namespace dualpath
