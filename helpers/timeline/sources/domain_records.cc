#include "helpers/timeline/sources/domain_records.h"

#include <chrono>

namespace dualpath::timeline {
namespace {

Severity SeverityOf(const guest::DomainEvent& event) {
  using Kind = guest::DomainEvent::Kind;
  if (event.kind == Kind::kIoError) return Severity::kError;
  const bool crashed = event.kind == Kind::kLifecycle && event.type == VIR_DOMAIN_EVENT_CRASHED;
  if (crashed) return Severity::kError;
  return event.Suspended(VIR_DOMAIN_EVENT_SUSPENDED_IOERROR) ? Severity::kWarning : Severity::kInfo;
}

}  // namespace

std::vector<Record> FromDomainEvents(const std::vector<guest::DomainEvent>& domain_events) {
  std::vector<Record> events;
  events.reserve(domain_events.size());
  for (const guest::DomainEvent& reported : domain_events) {
    Record event;
    event.time_us =
        std::chrono::duration_cast<std::chrono::microseconds>(reported.at.time_since_epoch())
            .count();
    event.lane = Lane::kQemu;
    event.kind = "libvirt";
    event.severity = SeverityOf(reported);
    event.text = reported.domain + ": " + reported.ToString();
    events.push_back(std::move(event));
  }
  return events;
}

}  // namespace dualpath::timeline
