// multipathd itself goes away: what the kernel does on its own, and what the next one makes of it.
// Labels: timers

#include "fixtures/skip.h"
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
      DUALPATH_SKIP("multipathd has maps of this machine's own, which need it. Run it in the lab.");
    }
    undo_.Add("start multipathd", [this] { return rig().StartMultipathd(); });
  }

  void TearDown() override {
    EXPECT_OK(undo_.Run());
    TimersTest::TearDown();
  }

  /// One that is stopped has its maps fail I/O without paths; the next one takes that back.
  void ExpectItIsAway() { EXPECT_THAT(table(), Eventually(Not(QueuesIfNoPath()))); }

  void ExpectGroupsOfTheArticle() {
    EXPECT_THAT(topology(), Eventually(PathGroups({Active(path(0)), Enabled(path(1))})));
    EXPECT_THAT(table(), Eventually(QueuesIfNoPath()));
  }

 private:
  Cleanup undo_;
};

TEST_F(Multipathd, ARestartLeavesIoAlone) {
  ASSERT_OK_AND_ASSIGN(auto io, StartSlowWrites());

  ASSERT_OK(rig().StopMultipathd());
  ASSERT_OK(io.AwaitGoodFor(seconds(60)));
  ExpectItIsAway();
  ASSERT_OK(rig().StartMultipathd());

  ExpectGroupsOfTheArticle();
  ExpectNothingLost(io);
}

TEST_F(Multipathd, WithoutItALostPathIsNotReplaced) {
  ASSERT_OK_AND_ASSIGN(auto io, StartSlowWrites());
  ASSERT_OK(rig().StopMultipathd());

  ASSERT_OK(rig().path(0).SetOffline());
  const microseconds fault = Now();

  if (capabilities().probes_paths_on_sg_io_error) {
    ASSERT_OK(io.AwaitGoodFor(seconds(60)));
  } else {
    ASSERT_OK(io.AwaitFailures(60));
    EXPECT_THAT(LogNow(), Not(Logs(KernelFails(path(0)))));
  }
  ExpectItIsAway();

  ASSERT_OK(rig().StartMultipathd());
  // A multipathd that starts loads a new table if the kernel had failed the path before.
  const ExpectedPath lost = Faulty(path(0), "offline");
  EXPECT_THAT(topology(), Eventually(AnyOf(PathGroups({Enabled(lost), Active(path(1))}),
                                           PathGroups({Active(path(1)), Enabled(lost)}))));
  ASSERT_OK(io.AwaitGoodCompletions(3));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  if (capabilities().probes_paths_on_sg_io_error) {
    EXPECT_THAT(report, CompletedWithoutErrors());
  } else {
    EXPECT_THAT(report, HasPhases({Good().StartedBefore(fault),
                                   Failing(capabilities().ErrnoOfOfflinePath()), Good()}));
  }
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

TEST_F(Multipathd, StoppedItLetsHeldIoFail) {
  ASSERT_OK_AND_ASSIGN(auto io, StartSlowWrites());
  ASSERT_NO_FATAL_FAILURE(LoseBoth());
  ASSERT_OK(io.AwaitHeld());

  ASSERT_OK(rig().StopMultipathd());
  ASSERT_OK(io.AwaitFailures(3));
  ExpectItIsAway();

  ASSERT_OK(rig().path(0).SetRunning());
  ASSERT_OK(rig().path(1).SetRunning());
  ASSERT_OK(rig().StartMultipathd());
  ExpectGroupsOfTheArticle();
  ExpectHeldThenFailedAndWellAgain(io);
}

TEST_F(Multipathd, KilledWhileIoIsHeldTheNextOneBeginsTheWindowAnew) {
  ASSERT_OK_AND_ASSIGN(auto io, StartSlowWrites());
  ASSERT_NO_FATAL_FAILURE(LoseBoth());
  ASSERT_OK(io.AwaitHeld(seconds(30)));
  ASSERT_OK(MarkLog());

  ASSERT_OK(rig().KillMultipathd());
  EXPECT_THAT(table(), Eventually(QueuesIfNoPath()));
  ASSERT_OK(rig().StartMultipathd());

  ExpectQueueingEnds(10, seconds(50));
  ASSERT_OK(io.AwaitFailures(3));

  ASSERT_OK(rig().path(0).SetRunning());
  ASSERT_OK(rig().path(1).SetRunning());
  ExpectGroupsOfTheArticle();
  ExpectHeldThenFailedAndWellAgain(io);
}

}  // namespace
}  // namespace dualpath
