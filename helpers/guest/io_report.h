#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "helpers/base/deadline.h"
#include "helpers/guest/agent_client.h"
#include "helpers/guest/storage_image.h"

namespace dualpath::guest {

/// An I/O that took this long or longer is called held: the guest's view of I/O that dm-multipath
/// queued, which the guest cannot see. Far above the time of any other I/O, even in the slowest
/// place.
inline constexpr std::chrono::milliseconds kHeld{2000};

/// Result of one I/O of the guest, with times on our clock.
struct IoResult {
  std::uint64_t sequence = 0;
  std::uint64_t block = 0;
  IoKind kind = IoKind::kWrite;
  int error_number = 0;  ///< errno that the application in the guest got; 0: success
  BlockFinding seen{};   ///< content seen by a read without error
  Deadline::Clock::time_point start{};
  Deadline::Clock::time_point end{};

  Deadline::Clock::duration Took() const { return end - start; }
};

/// "#12 block 11: Input/output error after 0.084 s, begun at 61.250 s"; "#13 read of block 12:
/// ...";
/// "#14 flush: ...".
std::ostream& operator<<(std::ostream& out, const IoResult& result);

/// All I/Os of a run.
struct IoReport {
  IoOptions options;
  std::vector<IoResult> results;                 ///< in order of completion
  std::chrono::nanoseconds clock_error{0};       ///< bound of the error of every time
  std::shared_ptr<const StorageImage> before{};  ///< the storage when the run started, if known

  /// Range of the run's blocks.
  ByteRange Range() const {
    return {options.ByteOf(options.first_block),
            options.ByteOf(options.first_block + options.block_count)};
  }
};

/// How long the I/Os of a run took. Zeros for a run without I/O.
struct IoTimes {
  Deadline::Clock::duration longest_io{0};
  /// Longest time without a completion, from the start of the run's first I/O to the end of its
  /// last one. An application that waits for one I/O at a time was stalled for that long.
  Deadline::Clock::duration longest_gap{0};
};
IoTimes TimesOf(const IoReport& report);

/// Prints "12 I/Os", for gtest: a matcher's explanation follows, and then the I/Os.
void PrintTo(const IoReport& report, std::ostream* out);

/// Returns the I/Os around the one at index `at`, a line for each run of I/Os with the same result.
std::string DescribeRuns(const IoReport& report, std::size_t at = 0);

IoResult ToIoResult(const IoEntry& entry, const ClockOffset& clock);

}  // namespace dualpath::guest
