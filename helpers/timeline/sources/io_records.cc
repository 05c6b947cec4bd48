#include "helpers/timeline/sources/io_records.h"

#include <chrono>
#include <system_error>

namespace dualpath::timeline {
namespace {

template <typename Duration>
std::int64_t Microseconds(Duration duration) {
  return std::chrono::duration_cast<std::chrono::microseconds>(duration).count();
}

}  // namespace

std::vector<Record> FromIo(const guest::IoReport& report, const std::string& map) {
  std::vector<Record> events;
  events.reserve(report.outcomes.size());
  for (const guest::IoResult& outcome : report.outcomes) {
    Record event;
    event.time_us = Microseconds(outcome.start.time_since_epoch());
    event.error_us = Microseconds(report.clock_error);
    event.lane = Lane::kGuest;
    event.kind = "io";
    event.map = map;
    event.duration_us = Microseconds(outcome.Took());
    event.error_number = outcome.error_number;
    event.sequence = outcome.sequence;
    event.block = outcome.block;
    if (outcome.error_number != 0) {
      event.severity = Severity::kError;
      event.text = std::generic_category().message(outcome.error_number);
    } else if (outcome.Took() >= guest::kHeld) {
      event.severity = Severity::kWarning;
      event.text = "held";
    }
    events.push_back(std::move(event));
  }
  return events;
}

}  // namespace dualpath::timeline
