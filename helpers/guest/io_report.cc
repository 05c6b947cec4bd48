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

std::string Words(int error_number) {
  return error_number == 0 ? "good" : std::generic_category().message(error_number);
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const IoResult& outcome) {
  std::ostringstream text;  // the format of numbers stays ours
  text << "#" << outcome.sequence << (outcome.kind == IoKind::kRead ? " read of" : "") << " block "
       << outcome.block << ": " << Words(outcome.error_number) << " after " << std::fixed
       << std::setprecision(3) << Seconds(outcome.Took()) << " s, begun at "
       << Seconds(outcome.start.time_since_epoch()) << " s";
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

IoResult ToOutcome(const IoRecord& record, const ClockOffset& clock) {
  IoResult outcome;
  outcome.sequence = record.sequence;
  outcome.block = record.block;
  outcome.kind = record.kind;
  outcome.error_number = record.error_number;
  if (record.kind == IoKind::kRead && record.error_number == 0) {
    outcome.seen.state = static_cast<BlockState>(record.seen_state);
    outcome.seen.identity = {record.seen_run_id, record.seen_block, record.seen_sequence};
    outcome.seen.checksum = record.checksum;
    outcome.seen.first_wrong_byte = record.seen_first_wrong_byte;
  }
  outcome.start = clock.ToOurs(GuestTime(record.start_ns));
  outcome.end = clock.ToOurs(GuestTime(record.end_ns));
  return outcome;
}

}  // namespace dualpath::guest
