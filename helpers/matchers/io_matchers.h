#pragma once

#include <gmock/gmock.h>

#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "helpers/guest/io_report.h"
#include "helpers/matchers/negation.h"
#include "helpers/scsi/disk.h"

namespace dualpath {

/// The run did I/O, and none of it failed:
///   EXPECT_THAT(report, CompletedWithoutErrors());
/// fails as
///   Expected: every I/O completed without error
///     Actual: 3 I/Os (of type dualpath::guest::IoReport), the first that failed is #2 block 2: ...
::testing::Matcher<const guest::IoReport&> CompletedWithoutErrors();

/// Consecutive I/Os with the same result.
struct Phase {
  std::string description;
  std::function<bool(const guest::IoResult&)> covers;
  bool optional = false;
  std::optional<std::chrono::microseconds> started_before{};

  /// Returns the phase limited to I/Os that began before `point` (CLOCK_MONOTONIC, within the
  /// accuracy of the clocks), so that it does not cover later ones that should end differently.
  Phase StartedBefore(std::chrono::microseconds point) const;
};

Phase Good();                     ///< no error, not queued
Phase Failing(int error_number);  ///< this error, not queued
Phase HeldThenGood();             ///< queued for at least guest::kHeld, then no error
Phase HeldThenFailing(int error_number);
Phase Maybe(Phase phase);  ///< optional

/// The run consists of exactly these phases in this order, each of at least one I/O:
///   EXPECT_THAT(report, HasPhases({Good(), HeldThenGood(), Good()}));
/// fails as
///   Expected: I/O in these phases: good; queued, then good; good
///     Actual: ..., expected "queued, then good", got #2 block 2: Input/output error after 0.100 s,
///     ...
::testing::Matcher<const guest::IoReport&> HasPhases(std::vector<Phase> phases);

/// Every I/O between the two points failed immediately with this error, and every I/O before or
/// after them was good; at least one failed. An I/O that straddles a point may do either. Each
/// point has a tolerance: the accuracy of the clocks plus `give`, the duration of the event at the
/// point.
::testing::Matcher<const guest::IoReport&> FailedExactlyBetween(
    std::chrono::microseconds from, std::chrono::microseconds to, int error_number,
    std::chrono::microseconds give = std::chrono::microseconds(0));

/// storage.raw, for matchers of its content.
struct StorageFile {
  std::string path;
};

inline std::ostream& operator<<(std::ostream& out, const StorageFile& storage) {
  return out << storage.path;
}

/// No acknowledged write is lost, stale, torn, or overwritten by one that had failed before it
/// (guest::HoldsAcknowledgedWrites), in storage.raw itself or as read through one path:
///   EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
///   EXPECT_THAT(rig().path(1).disk(), HoldsEveryWriteAcknowledgedIn(report));
/// fails as
///   Expected: holds every acknowledged write of the run
///     Actual: /.../storage.raw (of type ...), ... lost: expected sequence 1 of run 3 for block 1,
///     ...
class HoldsEveryWriteAcknowledgedIn : public MayFailToLook {
 public:
  explicit HoldsEveryWriteAcknowledgedIn(guest::IoReport report) : report_(std::move(report)) {}

  operator ::testing::Matcher<const StorageFile&>() const;  // NOLINT(google-explicit-constructor)
  operator ::testing::Matcher<const scsi::Disk&>() const;   // NOLINT(google-explicit-constructor)

 private:
  guest::IoReport report_;
};
void Not(const HoldsEveryWriteAcknowledgedIn&) = delete;

/// storage.raw could be read, and an acknowledged write of the run is lost, stale, torn or
/// overwritten:
///   EXPECT_THAT(storage(), LosesWritesAcknowledgedIn(report));
/// fails as
///   Expected: has lost acknowledged writes of the run
///     Actual: /.../storage.raw (of type ...), which holds all of them
class LosesWritesAcknowledgedIn : public MayFailToLook {
 public:
  explicit LosesWritesAcknowledgedIn(guest::IoReport report) : report_(std::move(report)) {}

  operator ::testing::Matcher<const StorageFile&>() const;  // NOLINT(google-explicit-constructor)

 private:
  guest::IoReport report_;
};
void Not(const LosesWritesAcknowledgedIn&) = delete;

/// Every read of a mixed run saw the last acknowledged write of its block, or a later one that
/// failed (guest::ReadsSawAcknowledgedWrites).
::testing::Matcher<const guest::IoReport&> ReadsSawEveryAcknowledgedWrite();

}  // namespace dualpath
