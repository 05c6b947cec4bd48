#pragma once

#include <gmock/gmock.h>

#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "helpers/guest/io_report.h"
#include "helpers/scsi/disk.h"

namespace dualpath {

/// Every I/O came back, none with an error.
::testing::Matcher<const guest::IoReport&> CompletedWithoutErrors();

/// A stretch of I/Os with the same outcome.
struct Phase {
  std::string description;
  std::function<bool(const guest::IoResult&)> covers;
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
/// lay before or after them was good. What straddles a point, by the clocks' accuracy and `give`,
/// may be either: the time that what happened at the points may have taken. At least one failed.
::testing::Matcher<const guest::IoReport&> FailedExactlyBetween(
    std::chrono::microseconds from, std::chrono::microseconds to, int error_number,
    std::chrono::microseconds give = std::chrono::microseconds(0));

/// storage.raw, for matchers over its content.
struct StorageFile {
  std::string path;
};

inline std::ostream& operator<<(std::ostream& out, const StorageFile& storage) {
  return out << storage.path;
}

/// No acknowledged write is lost, stale, torn, or overwritten by one that had failed before it
/// (guest::HoldsAcknowledgedWrites): in storage.raw itself, or as read through one path.
///   EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
///   EXPECT_THAT(rig().path(1).disk(), HoldsEveryWriteAcknowledgedIn(report));
class HoldsEveryWriteAcknowledgedIn {
 public:
  explicit HoldsEveryWriteAcknowledgedIn(guest::IoReport report) : report_(std::move(report)) {}

  operator ::testing::Matcher<const StorageFile&>() const;  // NOLINT(google-explicit-constructor)
  operator ::testing::Matcher<const scsi::Disk&>() const;   // NOLINT(google-explicit-constructor)

 private:
  guest::IoReport report_;
};

/// Every read of the run saw the last write that had been acknowledged, or one that failed since
/// (guest::ReadsSawAcknowledgedWrites).
::testing::Matcher<const guest::IoReport&> ReadsSawEveryAcknowledgedWrite();

}  // namespace dualpath
