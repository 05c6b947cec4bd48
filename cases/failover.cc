// One path is deleted or rescanned; the other one carries the I/O.
//
// Labels of Failover.DeletingTheActivePath: smoke

#include <algorithm>
#include <utility>
#include <vector>

#include "fixtures/over_iscsi.h"
#include "fixtures/rig_fixture.h"

namespace dualpath {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::Not;

using Failover = GuestTest;

// The guest sees no error although SG_IO bypasses dm-multipath's retries: multipathd handles the
// remove uevent immediately and loads a table without the path. A write that reaches the path
// before that fails in SG_IO, and the guest's sd driver retries it.
// Catalogue: A4
TEST_F(Failover, DeletingTheActivePathMovesIoToTheOther) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  const PathId deleted = rig().path(0);

  ASSERT_OK(rig().path(0).Delete());

  EXPECT_THAT(log(),
              EventuallyLogs(LineContaining("[" + deleted.device + "] Synchronizing SCSI cache")));
  EXPECT_THAT(log(), EventuallyLogs(LoadsTable(rig().map(), {{rig().path(1)}})));
  EXPECT_THAT(log(), EventuallyLogs(RemovesPath(rig().map(), deleted)));
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(1))})));
  EXPECT_THAT(table(), Eventually(AllOf(HasGroups({{rig().path(1)}}), QueuesIfNoPath())));
  ExpectNothingLost(io);
}

TEST_F(Failover, DeletingTheEnabledPathDoesNotDisturbIo) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  const PathId deleted = rig().path(1);

  ASSERT_OK(rig().path(1).Delete());

  EXPECT_THAT(log(), EventuallyLogs(LoadsTable(rig().map(), {{rig().path(0)}})));
  EXPECT_THAT(log(), EventuallyLogs(RemovesPath(rig().map(), deleted)));
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(0))})));
  EXPECT_THAT(table(), Eventually(AllOf(HasGroups({{rig().path(0)}}), QueuesIfNoPath())));
  ExpectNothingLost(io);
  EXPECT_THAT(LogNow(), Not(Logs(KernelFails(rig().path(0)))));
}

// multipathd orders groups of equal priority as it discovers their paths, so a rescanned path
// becomes the last one; with manual failback, I/O stays where it is. Without MarkLog(), the lines
// of the deletion would also match.
// Catalogue: A4
TEST_F(Failover, RescanningBringsTheDeletedActivePathBackAsTheSecondGroup) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  ASSERT_OK(rig().path(0).Delete());
  ASSERT_THAT(topology(), Eventually(PathGroups({Active(rig().path(1))})));
  ASSERT_OK(MarkLog());

  ASSERT_OK(rig().path(0).Rescan());

  EXPECT_THAT(log(), EventuallyLogs(AddsPath(rig().map(), rig().path(0))));
  EXPECT_THAT(log(), EventuallyLogs(LoadsTable(rig().map(), {{rig().path(1)}, {rig().path(0)}})));
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(1)), Enabled(rig().path(0))})));
  EXPECT_THAT(table(),
              Eventually(AllOf(HasGroups({{rig().path(1)}, {rig().path(0)}}), QueuesIfNoPath())));
  // The path that returned stays idle but for its checker.
  ASSERT_OK_AND_ASSIGN(const auto before, path_io().Now());
  ASSERT_OK(io.AwaitGoodCompletions(50));
  ASSERT_OK_AND_ASSIGN(const auto after, path_io().Now());
  EXPECT_THAT(IoSince(before, after), CarriedBy(rig().path(1), 50));
  ExpectNothingLost(io);
}

TEST_F(Failover, RescanningBringsTheDeletedEnabledPathBackAsTheSecondGroup) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  ASSERT_OK(rig().path(1).Delete());
  ASSERT_THAT(topology(), Eventually(PathGroups({Active(rig().path(0))})));
  ASSERT_OK(MarkLog());

  ASSERT_OK(rig().path(1).Rescan());

  EXPECT_THAT(log(), EventuallyLogs(AddsPath(rig().map(), rig().path(1))));
  EXPECT_THAT(log(), EventuallyLogs(LoadsTable(rig().map(), {{rig().path(0)}, {rig().path(1)}})));
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(0)), Enabled(rig().path(1))})));
  EXPECT_THAT(table(),
              Eventually(AllOf(HasGroups({{rig().path(0)}, {rig().path(1)}}), QueuesIfNoPath())));
  ExpectNothingLost(io);
}

// Catalogue: A7
TEST_F(Failover, TenDeletionsAndRescansOfAlternatePathsLoseNothing) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  for (std::size_t round = 0; round < 10; ++round) {
    SCOPED_TRACE(round);
    const std::size_t active = round % 2;
    const std::size_t other = 1 - active;
    const PathId deleted = rig().path(active);
    ASSERT_OK(MarkLog());

    ASSERT_OK(rig().path(active).Delete());
    ASSERT_THAT(log(), EventuallyLogs(LoadsTable(rig().map(), {{rig().path(other)}})));
    ASSERT_THAT(log(), EventuallyLogs(RemovesPath(rig().map(), deleted)));
    ASSERT_THAT(topology(), Eventually(PathGroups({Active(rig().path(other))})));

    ASSERT_OK(rig().path(active).Rescan());
    ASSERT_THAT(log(), EventuallyLogs(
                           LoadsTable(rig().map(), {{rig().path(other)}, {rig().path(active)}})));
    ASSERT_THAT(topology(),
                Eventually(PathGroups({Active(rig().path(other)), Enabled(rig().path(active))})));
    ASSERT_THAT(table(), Eventually(HasGroups({{rig().path(other)}, {rig().path(active)}})));
    ASSERT_OK(io.AwaitGoodCompletions(1));
  }
  EXPECT_THAT(table(), Eventually(QueuesIfNoPath()));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, CompletedWithoutErrors());
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

// A deletion waits for the commands in flight (drivers/scsi/scsi_sysfs.c, __scsi_remove_device).
// With many writers the guest's sd driver may be done with its retries before the table without the
// path is loaded, so a command may fail then.
// Catalogue: A4
TEST_F(Failover, DeletionsUnderThirtyTwoWritesAtATimeEndAndLoseNothing) {
  guest::IoOptions options = guest::VerifiedWrites(milliseconds(50));
  options.queue_depth = 32;
  options.block_count = 256;
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartIo(options));
  std::vector<std::pair<microseconds, microseconds>> replacements;
  for (std::size_t round = 0; round < 4; ++round) {
    SCOPED_TRACE(round);
    const std::size_t active = round % 2;
    const std::size_t other = 1 - active;
    const auto fault = Now();
    ASSERT_OK(rig().path(active).Delete());
    ASSERT_THAT(topology(), Eventually(PathGroups({Active(rig().path(other))})));
    replacements.emplace_back(fault, Now());
    ASSERT_OK(io.AwaitGoodCompletions(32));
    ASSERT_OK(rig().path(active).Rescan());
    ASSERT_THAT(topology(),
                Eventually(PathGroups({Active(rig().path(other)), Enabled(rig().path(active))})));
  }
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  for (const guest::IoResult& each : report.results) {
    const bool meets_one =
        std::any_of(replacements.begin(), replacements.end(), [&](const auto& replacement) {
          return each.start.time_since_epoch() <= replacement.second + report.clock_error &&
                 each.end.time_since_epoch() >= replacement.first - report.clock_error;
        });
    EXPECT_TRUE(each.error_number == 0 || meets_one) << each;
  }
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

// When the last path is deleted, multipathd does not remove a map that is in use: it loads a table
// without path groups, which queues as long as queue_if_no_path is set.
TEST_F(Failover, DeletingBothPathsQueuesIoUntilOneIsRescanned) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  const PathId first_deleted = rig().path(0);
  const PathId second_deleted = rig().path(1);

  ASSERT_OK(rig().path(0).Delete());
  ASSERT_THAT(topology(), Eventually(PathGroups({Active(rig().path(1))})));
  ASSERT_OK(rig().path(1).Delete());

  EXPECT_THAT(log(), EventuallyLogs(RemovesPath(rig().map(), first_deleted)));
  EXPECT_THAT(log(), EventuallyLogs(RemovesPath(rig().map(), second_deleted)));
  EXPECT_THAT(log(), EventuallyLogs(LoadsTable(rig().map(), {})));
  EXPECT_THAT(topology(), Eventually(PathGroups({})));
  EXPECT_THAT(table(), Eventually(AllOf(HasGroups({}), QueuesIfNoPath())));
  ASSERT_OK(io.AwaitHeld());
  ASSERT_OK(MarkLog());

  ASSERT_OK(rig().path(1).Rescan());
  const auto returned = Now();
  EXPECT_THAT(log(), EventuallyLogs(LoadsTable(rig().map(), {{rig().path(1)}})));
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(1))})));
  ASSERT_OK(io.AwaitGoodCompletions());

  ASSERT_OK(rig().path(0).Rescan());
  EXPECT_THAT(log(), EventuallyLogs(LoadsTable(rig().map(), {{rig().path(1)}, {rig().path(0)}})));
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(1)), Enabled(rig().path(0))})));
  EXPECT_THAT(table(),
              Eventually(AllOf(HasGroups({{rig().path(1)}, {rig().path(0)}}), QueuesIfNoPath())));
  ASSERT_OK(io.AwaitGoodCompletions());
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report,
              HasPhases({Good(), HeldThenGood().EndedBefore(EndOfQueueing(returned)), Good()}));
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

DUALPATH_ALSO_OVER_ISCSI(Failover, DeletingTheActivePathMovesIoToTheOther);
DUALPATH_ALSO_OVER_ISCSI(Failover, DeletingTheEnabledPathDoesNotDisturbIo);
DUALPATH_ALSO_OVER_ISCSI(Failover, RescanningBringsTheDeletedActivePathBackAsTheSecondGroup);
DUALPATH_ALSO_OVER_ISCSI(Failover, DeletingBothPathsQueuesIoUntilOneIsRescanned);

}  // namespace
}  // namespace dualpath
