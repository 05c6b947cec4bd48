// No path is left: the map queues I/O for as long as no_path_retry allows, then fails it until a
// path returns.
//
// Labels of AllPathsDown.BeyondTheWindow: smoke
// Labels of NoPathRetryQueue.: timers

#include <algorithm>
#include <cerrno>

#include "fixtures/capabilities_fixture.h"
#include "fixtures/over_iscsi.h"

namespace dualpath {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;
using ::testing::Not;

/// Both paths go offline and return. The fixtures below set no_path_retry.
class AllPathsDownTest : public WithCapabilities<GuestTest> {
 protected:
  explicit AllPathsDownTest(
      multipath::NoPathRetry no_path_retry = RigOptions().multipath.no_path_retry)
      : no_path_retry_(no_path_retry) {}

  RigOptions Options() const override {
    RigOptions options;
    options.multipath.no_path_retry = no_path_retry_;
    return options;
  }

  Status SetBothOffline() {
    DUALPATH_TRY_STATUS(rig().path(0).SetOffline());
    DUALPATH_TRY_STATUS(rig().path(1).SetOffline());
    fault_ = Now();
    return Ok{};
  }
  Status SetBothRunning() {
    returned_ = Now();
    DUALPATH_TRY_STATUS(rig().path(0).SetRunning());
    return rig().path(1).SetRunning();
  }

  /// Expects a run to be good until the fault, and to continue as `then` once the kernel has failed
  /// both paths. In between, the guest gets errors on stacks that do not probe paths: until
  /// multipathd's checker makes the kernel fail a path, SG_IO to it fails immediately instead of
  /// being queued.
  void ExpectGoodThen(const guest::IoReport& report, std::vector<Phase> then) {
    std::vector<Phase> phases = {Good().StartedBefore(fault_)};
    if (!capabilities().probes_paths_on_sg_io_error) {
      ASSERT_OK_AND_ASSIGN(const auto first, TimeOf(KernelFails(rig().path(0)), LogNow()));
      ASSERT_OK_AND_ASSIGN(const auto second, TimeOf(KernelFails(rig().path(1)), LogNow()));
      phases.push_back(Maybe(
          Failing(capabilities().ErrnoOfOfflinePath()).StartedBefore(std::max(first, second))));
    }
    phases.insert(phases.end(), then.begin(), then.end());
    EXPECT_THAT(report, HasPhases(phases));
  }

  void ExpectBothFaulty() {
    EXPECT_THAT(log(), EventuallyLogs(LeavesActivePaths(rig().map(), 0)));
    EXPECT_THAT(log(), EventuallyLogs(KernelFails(rig().path(0))));
    EXPECT_THAT(log(), EventuallyLogs(KernelFails(rig().path(1))));
    EXPECT_THAT(topology(), Eventually(PathGroups({Enabled(Faulty(rig().path(0), "offline")),
                                                   Enabled(Faulty(rig().path(1), "offline"))})));
    EXPECT_THAT(table(), Eventually(HasGroups({{rig().path(0)}, {rig().path(1)}})));
  }

  void ExpectBothReady() {
    EXPECT_THAT(topology(),
                Eventually(PathGroups({Active(rig().path(0)), Enabled(rig().path(1))})));
    EXPECT_THAT(table(), Eventually(HasGroups({{rig().path(0)}, {rig().path(1)}})));
  }

  /// Expects that I/O was queued, and completed when the paths returned. No table may be loaded: an
  /// offline path stays in the table, and multipathd reinstates it with a message.
  void ExpectQueuedAndCompleted(IoRun& io) {
    ASSERT_OK(io.AwaitGoodCompletions());
    ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
    ExpectGoodThen(report, {HeldThenGood().EndedBefore(EndOfQueueing(returned_)), Good()});
    EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
    EXPECT_THAT(LogNow(), Not(Logs(DisablesQueueing(rig().map()))));
    EXPECT_THAT(LogNow(), Not(Logs(LoadsAnyTable(rig().map()))));
  }

  multipath::NoPathRetry no_path_retry_;
  microseconds fault_{0};
  microseconds returned_{0};
};

using AllPathsDown = AllPathsDownTest;

// Catalogue: A2
TEST_F(AllPathsDown, WithinTheWindowQueuesIoAndLosesNothing) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK(SetBothOffline());
  ExpectBothFaulty();
  EXPECT_THAT(log(), EventuallyLogs(EntersRecovery(rig().map(), 10)));
  EXPECT_THAT(table(), Eventually(QueuesIfNoPath()));
  ASSERT_OK(io.AwaitHeld());

  ASSERT_OK(SetBothRunning());
  ExpectBothReady();
  EXPECT_THAT(log(), EventuallyLogs(RecoversToNormal(rig().map())));
  ExpectQueuedAndCompleted(io);
}

// Catalogue: A2
TEST_F(AllPathsDown, BeyondTheWindowFailsIoUntilAPathReturns) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK(SetBothOffline());
  ExpectBothFaulty();
  ASSERT_OK(io.AwaitHeld());
  EXPECT_THAT(log(), EventuallyLogs(DisablesQueueing(rig().map()), seconds(60)));
  EXPECT_THAT(table(), Eventually(Not(QueuesIfNoPath())));
  ASSERT_OK(io.AwaitFailures());

  // no_path_retry 10 at a polling interval of 5 s: multipathd counts checks instead of seconds.
  ASSERT_OK_AND_ASSIGN(const auto entered, TimeOf(EntersRecovery(rig().map(), 10), LogNow()));
  ASSERT_OK_AND_ASSIGN(const auto disabled, TimeOf(DisablesQueueing(rig().map()), LogNow()));
  EXPECT_GE(disabled - entered, seconds(50) - seconds(1));
  EXPECT_LE(disabled - entered, seconds(50) + seconds(5));

  ASSERT_OK(SetBothRunning());
  ExpectBothReady();
  EXPECT_THAT(log(), EventuallyLogs(EnablesQueueing(rig().map())));
  EXPECT_THAT(log(), EventuallyLogs(RecoversToNormal(rig().map())));
  EXPECT_THAT(table(), Eventually(QueuesIfNoPath()));
  ASSERT_OK(io.AwaitGoodCompletions());
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  ExpectGoodThen(report, {HeldThenFailing(EIO), Failing(EIO), Good()});
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
  EXPECT_THAT(LogNow(), Not(Logs(LoadsAnyTable(rig().map()))));
}

class NoPathRetryQueue : public AllPathsDownTest {
 protected:
  NoPathRetryQueue() : AllPathsDownTest(multipath::NoPathRetry::Queue()) {}
};

// Catalogue: E20 G3
TEST_F(NoPathRetryQueue, StillQueuesIoAfterFiveMinutes) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK(SetBothOffline());
  ExpectBothFaulty();
  EXPECT_THAT(table(), StaysSo(QueuesIfNoPath(), seconds(300)));
  ASSERT_OK(io.AwaitHeld(seconds(300)));

  ASSERT_OK(SetBothRunning());
  ExpectBothReady();
  ExpectQueuedAndCompleted(io);
}

class NoPathRetryFail : public AllPathsDownTest {
 protected:
  NoPathRetryFail() : AllPathsDownTest(multipath::NoPathRetry::Fail()) {}
};

// Catalogue: E20
TEST_F(NoPathRetryFail, FailsIoImmediatelyAndRecovers) {
  EXPECT_THAT(table(), Eventually(Not(QueuesIfNoPath())));
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK(SetBothOffline());
  ExpectBothFaulty();
  ASSERT_OK(io.AwaitFailures());

  ASSERT_OK(SetBothRunning());
  ExpectBothReady();
  ASSERT_OK(io.AwaitGoodCompletions());
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, HasPhases({Good().StartedBefore(fault_), Failing(EIO), Good()}));
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
  EXPECT_THAT(table(), Eventually(Not(QueuesIfNoPath())));
  EXPECT_THAT(LogNow(), Not(Logs(LoadsAnyTable(rig().map()))));
}

DUALPATH_ALSO_OVER_ISCSI(AllPathsDown, WithinTheWindowQueuesIoAndLosesNothing);
DUALPATH_ALSO_OVER_ISCSI(AllPathsDown, BeyondTheWindowFailsIoUntilAPathReturns);

}  // namespace
}  // namespace dualpath
