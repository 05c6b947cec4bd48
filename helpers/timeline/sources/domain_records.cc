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
  std::vector<Record> records;
  records.reserve(domain_events.size());
  for (const guest::DomainEvent& event : domain_events) {
    Record record;
    record.time_us =
        std::chrono::duration_cast<std::chrono::microseconds>(event.at.time_since_epoch()).count();
    record.lane = Lane::kQemu;
    record.kind = "libvirt";
    record.severity = SeverityOf(event);
    record.text = event.domain + ": " + event.ToString();
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace dualpath::timeline
