#pragma once

#include <chrono>
#include <cstdint>
#include <ostream>
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

/// For failure messages: runs of the same outcome in one line.
void PrintTo(const IoReport& report, std::ostream* out);

IoResult ToOutcome(const IoRecord& record, const ClockOffset& clock);

}  // namespace dualpath::guest
