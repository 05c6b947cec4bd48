#include "helpers/guest/io_report.h"

#include <algorithm>
#include <iomanip>
#include <sstream>
#include <string>
#include <system_error>

namespace dualpath::guest {
namespace {

double Seconds(Deadline::Clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

std::string Describe(int error_number) {
  return error_number == 0 ? "good" : std::generic_category().message(error_number);
}

std::string DescribeKind(const IoResult& result) {
  const std::string block = " block " + std::to_string(result.block);
  switch (result.kind) {
    case IoKind::kFlush:
      return " flush";
    case IoKind::kRead:
      return " read of" + block;
    case IoKind::kDurableWrite:
      return block + " (durable)";
    case IoKind::kWrite:
      break;
  }
  return block;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const IoResult& result) {
  std::ostringstream text;  // independent of the format flags of `out`
  text << "#" << result.sequence << DescribeKind(result) << ": " << Describe(result.error_number)
       << " after " << std::fixed << std::setprecision(3) << Seconds(result.Took())
       << " s, begun at " << Seconds(result.start.time_since_epoch()) << " s";
  return out << text.str();
}

void PrintTo(const IoReport& report, std::ostream* out) {
  *out << report.results.size() << " I/Os";
}

std::string DescribeRuns(const IoReport& report, std::size_t at) {
  constexpr std::chrono::seconds kShownSeparately{1};
  constexpr std::size_t kLinesAround = 6;
  const std::vector<IoResult>& all = report.results;
  std::vector<std::size_t> runs;  // the index of the first I/O of each
  std::size_t run_of_at = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const bool same = i > 0 && all[i].error_number == all[i - 1].error_number &&
                      all[i].Took() < kShownSeparately && all[i - 1].Took() < kShownSeparately;
    if (!same) runs.push_back(i);
    if (i <= at) run_of_at = runs.size() - 1;
  }
  runs.push_back(all.size());
  const std::size_t first = run_of_at > kLinesAround ? run_of_at - kLinesAround : 0;
  const std::size_t last = std::min(run_of_at + kLinesAround + 1, runs.size() - 1);
  std::ostringstream text;
  if (first > 0) text << "\n  ... " << runs[first] << " I/Os before";
  for (std::size_t run = first; run < last; ++run) {
    text << "\n  " << runs[run + 1] - runs[run] << " from " << all[runs[run]];
  }
  if (runs[last] < all.size()) text << "\n  ... " << all.size() - runs[last] << " I/Os after";
  return text.str();
}

IoTimes TimesOf(const IoReport& report) {
  IoTimes times;
  if (report.results.empty()) return times;
  auto last = report.results.front().start;
  for (const IoResult& result : report.results) last = std::min(last, result.start);
  for (const IoResult& result : report.results) {  // in order of completion
    times.longest_io = std::max(times.longest_io, result.Took());
    times.longest_gap = std::max(times.longest_gap, result.end - last);
    last = std::max(last, result.end);
  }
  return times;
}

IoResult ToIoResult(const IoEntry& entry, const ClockOffset& clock) {
  IoResult result;
  result.sequence = entry.sequence;
  result.block = entry.block;
  result.kind = entry.kind;
  result.error_number = entry.error_number;
  if (entry.kind == IoKind::kRead && entry.error_number == 0) {
    result.seen.state = static_cast<BlockState>(entry.seen_state);
    result.seen.identity = {entry.seen_run_id, entry.seen_block, entry.seen_sequence};
    result.seen.checksum = entry.checksum;
    result.seen.first_wrong_byte = entry.seen_first_wrong_byte;
    result.seen.only_writes = entry.seen_only_writes != 0;
    result.seen.other_count = std::min<std::uint32_t>(
        entry.seen_other_count, static_cast<std::uint32_t>(result.seen.others.size()));
    for (std::size_t i = 0; i < result.seen.others.size(); ++i) {
      const auto& other = entry.seen_others[i];
      result.seen.others[i] = {other.run_id, other.block, other.sequence};
    }
  }
  result.start = clock.ToOurs(ToGuestTime(entry.start_ns));
  result.end = clock.ToOurs(ToGuestTime(entry.end_ns));
  return result;
}

}  // namespace dualpath::guest
