#pragma once

#include <chrono>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "helpers/base/deadline.h"
#include "helpers/guest/agent_client.h"

namespace dualpath::guest {

/// From here on an I/O counts as held: far above what the slowest place needs for one.
inline constexpr std::chrono::milliseconds kHeld{2000};

/// What became of one I/O of the guest, on our clock.
struct IoResult {
  std::uint64_t sequence = 0;
  std::uint64_t block = 0;
  IoKind kind = IoKind::kWrite;  ///< kRead for a read of a mixed run
  int error_number = 0;          ///< what the application in the guest got; 0: success
  BlockFinding seen{};           ///< what a read without error saw
  Deadline::Clock::time_point start{};
  Deadline::Clock::time_point end{};

  Deadline::Clock::duration Took() const { return end - start; }
};

/// "#12 block 11: Input/output error after 0.084 s, begun at 61.250 s"; "#13 read of block 12:
/// ...".
std::ostream& operator<<(std::ostream& out, const IoResult& outcome);

/// Everything that a run did, in order of completion.
struct IoReport {
  IoOptions options;
  std::vector<IoResult> outcomes;
  std::chrono::nanoseconds clock_error{0};  ///< every time is good to this much either way
};

/// Prints "12 I/Os", for gtest: a matcher's explanation comes next, and after it the I/Os.
void PrintTo(const IoReport& report, std::ostream* out);

/// Returns the I/Os around the one at index `at`, a line for each run of I/Os with the same result.
std::string DescribeRuns(const IoReport& report, std::size_t at = 0);

IoResult ToOutcome(const IoRecord& record, const ClockOffset& clock);

}  // namespace dualpath::guest
