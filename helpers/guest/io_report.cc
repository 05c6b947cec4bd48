#include "helpers/guest/io_report.h"

#include <fcntl.h>

#include <cerrno>
#include <iomanip>
#include <map>
#include <set>
#include <sstream>
#include <system_error>

#include "helpers/base/unique_fd.h"
#include "images/guest/block_content.h"

namespace dualpath::guest {
namespace {

double Seconds(Deadline::Clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

std::string Words(int error_number) {
  return error_number == 0 ? "good" : std::generic_category().message(error_number);
}

/// What may be in a block when all is well.
struct Allowed {
  std::uint64_t acknowledged = 0;
  std::set<std::uint64_t> failed_later;
};

std::map<std::uint64_t, Allowed> AllowedByBlock(const IoReport& report) {
  std::map<std::uint64_t, Allowed> blocks;
  for (const IoOutcome& outcome : report.outcomes) {
    if (outcome.error_number == 0) {
      blocks[outcome.block] = {outcome.sequence, {}};
    } else if (const auto block = blocks.find(outcome.block); block != blocks.end()) {
      block->second.failed_later.insert(outcome.sequence);
    }
  }
  return blocks;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const IoOutcome& outcome) {
  std::ostringstream text;  // the format of numbers stays ours
  text << "#" << outcome.sequence << " block " << outcome.block << ": "
       << Words(outcome.error_number) << " after " << std::fixed << std::setprecision(3)
       << Seconds(outcome.Took()) << " s, begun at " << Seconds(outcome.start.time_since_epoch())
       << " s";
  return out << text.str();
}

void PrintTo(const IoReport& report, std::ostream* out) {
  constexpr std::chrono::seconds kWorthALine{1};
  *out << report.outcomes.size() << " I/Os:";
  for (std::size_t i = 0; i < report.outcomes.size();) {
    const IoOutcome& first = report.outcomes[i];
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

IoOutcome ToOutcome(const IoRecord& record, const ClockOffset& clock) {
  IoOutcome outcome;
  outcome.sequence = record.sequence;
  outcome.block = record.block;
  outcome.error_number = record.error_number;
  outcome.start = clock.ToOurs(GuestTime(record.start_ns));
  outcome.end = clock.ToOurs(GuestTime(record.end_ns));
  return outcome;
}

Status HoldsAcknowledgedWrites(const std::string& file, const IoReport& report) {
  const UniqueFd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return Error::FromErrno("open", file, errno);
  const auto allowed_by_block = AllowedByBlock(report);
  if (allowed_by_block.empty()) {
    return Error::Because("look for acknowledged writes in", file, "the run has none to look for");
  }
  const std::size_t size = report.options.block_bytes;
  std::vector<std::uint64_t> buffer(size / sizeof(std::uint64_t));
  for (const auto& [block, allowed] : allowed_by_block) {
    const std::string where = "block " + std::to_string(block) + " of " + file +
                              ", acknowledged as sequence " + std::to_string(allowed.acknowledged);
    const ssize_t n = ::pread(fd.get(), buffer.data(), size, static_cast<off_t>(block * size));
    if (n < 0) return Error::FromErrno("read", where, errno);
    if (static_cast<std::size_t>(n) != size) return Error::Because("read", where, "the file ends");
    const BlockIdentity expected{report.options.run_id, block, allowed.acknowledged};
    const Status as_acknowledged = CheckBlock(buffer.data(), size, expected, where);
    if (as_acknowledged.ok()) continue;
    const auto found = ParseBlock(buffer.data(), size, where);
    const bool failed_one_arrived = found.ok() && found->run_id == expected.run_id &&
                                    found->block == block &&
                                    allowed.failed_later.count(found->sequence) > 0;
    if (!failed_one_arrived) return as_acknowledged.error();
  }
  return Ok{};
}

}  // namespace dualpath::guest
