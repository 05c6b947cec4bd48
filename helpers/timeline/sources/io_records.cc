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
  std::vector<Record> records;
  records.reserve(report.results.size());
  for (const guest::IoResult& result : report.results) {
    Record record;
    record.time_us = Microseconds(result.start.time_since_epoch());
    record.error_us = Microseconds(report.clock_error);
    record.lane = Lane::kGuest;
    record.kind = "io";
    record.map = map;
    record.duration_us = Microseconds(result.Took());
    record.error_number = result.error_number;
    record.sequence = result.sequence;
    const bool is_flush = result.kind == guest::IoKind::kFlush;
    if (!is_flush) record.block = result.block;
    if (result.error_number != 0) {
      record.severity = Severity::kError;
      record.text = std::generic_category().message(result.error_number);
    } else if (result.Took() >= guest::kHeld) {
      record.severity = Severity::kWarning;
      record.text = "queued";
    }
    if (is_flush) record.text = record.text.empty() ? "flush" : "flush: " + record.text;
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace dualpath::timeline
