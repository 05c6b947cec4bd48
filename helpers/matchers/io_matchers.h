#pragma once

#include <gmock/gmock.h>

#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "helpers/guest/io_report.h"

namespace dualpath {

/// Every I/O came back, none with an error.
::testing::Matcher<const guest::IoReport&> CompletedWithoutErrors();

/// A stretch of I/Os with the same outcome.
struct Phase {
  std::string description;
  std::function<bool(const guest::IoOutcome&)> covers;
  bool optional = false;
  std::optional<std::chrono::microseconds> started_before{};

  /// The same, but only I/Os that were begun before this point (CLOCK_MONOTONIC), as far as the
  /// clocks can tell: so that a phase cannot swallow what should have ended differently.
  Phase StartedBefore(std::chrono::microseconds point) const;
};

Phase Good();                     ///< no error, not held
Phase Failing(int error_number);  ///< this error, not held
Phase HeldThenGood();             ///< held for a while, then no error
Phase HeldThenFailing(int error_number);
Phase Maybe(Phase phase);  ///< may also be missing

/// The run is these phases in this order, each of at least one I/O, and nothing else:
///   EXPECT_THAT(report, HasPhases({Good(), HeldThenGood(), Good()}));
::testing::Matcher<const guest::IoReport&> HasPhases(std::vector<Phase> phases);

/// Every I/O that lay between the two points failed at once with this error, and every one that
/// lay before or after them was good. What straddles a point, by the clocks' accuracy, may be
/// either. At least one failed.
::testing::Matcher<const guest::IoReport&> FailedExactlyBetween(std::chrono::microseconds from,
                                                                std::chrono::microseconds to,
                                                                int error_number);

/// storage.raw, for matchers over its content.
struct StorageFile {
  std::string path;
};

inline std::ostream& operator<<(std::ostream& out, const StorageFile& storage) {
  return out << storage.path;
}

/// No acknowledged write is lost, stale or torn (guest::HoldsAcknowledgedWrites).
::testing::Matcher<const StorageFile&> HoldsEveryWriteAcknowledgedIn(const guest::IoReport& report);

}  // namespace dualpath
