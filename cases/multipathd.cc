// multipathd is stopped or killed: behavior of the kernel without it, and of the next multipathd.
//
// Labels: timers

#include <gtest/gtest-spi.h>

#include <cerrno>

#include "fixtures/case_tools.h"
#include "fixtures/timers_fixture.h"
#include "helpers/base/cleanup.h"

namespace dualpath {
namespace {

using std::chrono::microseconds;
using std::chrono::seconds;
using ::testing::AnyOf;
using ::testing::Not;

class Multipathd : public TimersTest {
 protected:
  void SetUp() override {
    TimersTest::SetUp();
    if (HasFatalFailure() || IsSkipped()) return;
    ASSERT_OK_AND_ASSIGN(const auto managed, rig().AllMaps());
    if (managed.maps.size() > 1) {
      DUALPATH_SKIP(
          "multipathd manages other maps on this machine and must not be stopped. Run the case in "
          "the lab.");
    }
    undo_.Add("start multipathd", [this] { return rig().StartMultipathd(); });
  }

  void TearDown() override {
    EXPECT_OK(undo_.Run());
    TimersTest::TearDown();
  }

  /// When multipathd is stopped, it disables queueing on its maps, since nothing else would end it
  /// (queue_without_daemon in multipath.conf(5)). The next multipathd enables it again.
  void ExpectMultipathdHasStopped() { EXPECT_THAT(table(), Eventually(Not(QueuesIfNoPath()))); }

  void ExpectTheArticlesGroups() {
    EXPECT_THAT(topology(),
                Eventually(PathGroups({Active(rig().path(0)), Enabled(rig().path(1))})));
    EXPECT_THAT(table(), Eventually(QueuesIfNoPath()));
  }

 private:
  Cleanup undo_;
};

// Catalogue: E7
TEST_F(Multipathd, ARestartDoesNotDisturbIo) {
  ASSERT_OK_AND_ASSIGN(auto io, StartSlowWrites());

  ASSERT_OK(rig().StopMultipathd());
  ASSERT_OK(io.AwaitGoodFor(seconds(60)));
  ExpectMultipathdHasStopped();
  ASSERT_OK(rig().StartMultipathd());

  ExpectTheArticlesGroups();
  ExpectNothingLost(io);
}

// Catalogue: E8
TEST_F(Multipathd, WhileStoppedALostPathIsNotReplaced) {
  ASSERT_OK_AND_ASSIGN(auto io, StartSlowWrites());
  ASSERT_OK(rig().StopMultipathd());

  ASSERT_OK(rig().path(0).SetOffline());
  const microseconds fault = Now();

  if (capabilities().probes_paths_on_sg_io_error) {
    ASSERT_OK(io.AwaitGoodFor(seconds(60)));
  } else {
    ASSERT_OK(io.AwaitFailures(60));
    EXPECT_THAT(LogNow(), Not(Logs(KernelFails(rig().path(0)))));
  }
  ExpectMultipathdHasStopped();

  ASSERT_OK(rig().StartMultipathd());
  // On start, multipathd loads a new table if the kernel has already failed the path, and may then
  // order the groups differently.
  const ExpectedPath lost = Faulty(rig().path(0), "offline");
  EXPECT_THAT(topology(), Eventually(AnyOf(PathGroups({Enabled(lost), Active(rig().path(1))}),
                                           PathGroups({Active(rig().path(1)), Enabled(lost)}))));
  ASSERT_OK(io.AwaitGoodCompletions());
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  if (capabilities().probes_paths_on_sg_io_error) {
    EXPECT_THAT(report, CompletedWithoutErrors());
  } else {
    EXPECT_THAT(report, HasPhases({Good().StartedBefore(fault),
                                   Failing(capabilities().ErrnoOfOfflinePath()), Good()}));
  }
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

// Catalogue: E8
TEST_F(Multipathd, StoppingFailsQueuedIo) {
  ASSERT_OK_AND_ASSIGN(auto io, StartSlowWrites());
  ASSERT_NO_FATAL_FAILURE(LoseBoth());
  ASSERT_OK(io.AwaitHeld());

  ASSERT_OK(rig().StopMultipathd());
  ASSERT_OK(io.AwaitFailures());
  ExpectMultipathdHasStopped();

  ASSERT_OK(rig().path(0).SetRunning());
  ASSERT_OK(rig().path(1).SetRunning());
  ASSERT_OK(rig().StartMultipathd());
  ExpectTheArticlesGroups();
  ExpectSinceLoss(io, {HeldThenFailing(EIO), Failing(EIO), Good()});
}

// Catalogue: E9
TEST_F(Multipathd, RestartingAfterAKillWhileIoIsQueuedStartsANewWindow) {
  ASSERT_OK_AND_ASSIGN(auto io, StartSlowWrites());
  ASSERT_NO_FATAL_FAILURE(LoseBoth());
  ASSERT_OK(io.AwaitHeld(seconds(30)));
  ASSERT_OK(MarkLog());

  ASSERT_OK(rig().KillMultipathd());
  EXPECT_THAT(table(), Eventually(QueuesIfNoPath()));
  ASSERT_OK(rig().StartMultipathd());

  ExpectQueueingEnds(10, seconds(50));
  ASSERT_OK(io.AwaitFailures());

  ASSERT_OK(rig().path(0).SetRunning());
  ASSERT_OK(rig().path(1).SetRunning());
  ExpectTheArticlesGroups();
  ExpectSinceLoss(io, {HeldThenFailing(EIO), Failing(EIO), Good()});
}

// A failover that takes a minute is no failover: what every case expects of one fails.
// Catalogue: G6
TEST_F(Multipathd, HeldForAMinuteIsFoundByWhatAFailoverExpects) {
  ASSERT_OK_AND_ASSIGN(auto io, StartSlowWrites());
  const PathId deleted = rig().path(0);
  ASSERT_OK_AND_ASSIGN(Cleanup held, rig().HoldMultipathd());

  ASSERT_OK(rig().path(0).Delete());
  EXPECT_THAT(table(), StaysSo(HasGroups({{deleted}, {rig().path(1)}}), seconds(60)));
  ASSERT_OK(held.Run());

  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(1))})));
  if (capabilities().probes_paths_on_sg_io_error) {
    ExpectNothingLost(io);  // the kernel needs no multipathd for this failover
  } else {
    EXPECT_NONFATAL_FAILURE(ExpectNothingLost(io),
                            "Expected: every I/O completed in time and without error");
  }
}

TEST_F(Multipathd, HeldForAMinuteIsFoundByWhatTheReturnOfAPathExpects) {
  ASSERT_OK_AND_ASSIGN(auto io, StartSlowWrites());
  ASSERT_NO_FATAL_FAILURE(LoseBoth());
  ASSERT_OK(io.AwaitHeld());
  ASSERT_OK_AND_ASSIGN(Cleanup held, rig().HoldMultipathd());

  ASSERT_OK(rig().path(0).SetRunning());
  const microseconds returned = Now();
  EXPECT_THAT(table(), StaysSo(QueuesIfNoPath(), seconds(60)));
  ASSERT_OK(held.Run());
  ASSERT_OK(rig().path(1).SetRunning());

  ASSERT_OK(io.AwaitGoodCompletions());
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, HasPhases(SinceLoss({HeldThenGood(), Good()})));
  EXPECT_NONFATAL_FAILURE(
      EXPECT_THAT(report, HasPhases(SinceLoss(
                              {HeldThenGood().EndedBefore(EndOfQueueing(returned)), Good()}))),
      "expected \"queued, then good, if ended before ");
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

}  // namespace
}  // namespace dualpath
