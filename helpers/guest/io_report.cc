#include "helpers/guest/io_report.h"

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

}  // namespace

std::ostream& operator<<(std::ostream& out, const IoResult& result) {
  std::ostringstream text;  // independent of the format flags of `out`
  text << "#" << result.sequence << (result.kind == IoKind::kRead ? " read of" : "") << " block "
       << result.block << ": " << Describe(result.error_number) << " after " << std::fixed
       << std::setprecision(3) << Seconds(result.Took()) << " s, begun at "
       << Seconds(result.start.time_since_epoch()) << " s";
  return out << text.str();
}

void PrintTo(const IoReport& report, std::ostream* out) {
  constexpr std::chrono::seconds kWorthALine{1};
  *out << report.outcomes.size() << " I/Os:";
  for (std::size_t i = 0; i < report.outcomes.size();) {
    const IoResult& first = report.outcomes[i];
    std::size_t next = i + 1;
    while (next < report.outcomes.size() && first.Took() < kWorthALine &&
           report.outcomes[next].error_number == first.error_number &&
           report.outcomes[next].Took() < kWorthALine) {
      ++next;
    }
    *out << "\n  " << next - i << " from " << first;
    i = next;
  }
}

IoResult ToOutcome(const IoEntry& entry, const ClockOffset& clock) {
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
  }
  result.start = clock.ToOurs(GuestTime(entry.start_ns));
  result.end = clock.ToOurs(GuestTime(entry.end_ns));
  return result;
}

}  // namespace dualpath::guest
