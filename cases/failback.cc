// The path group with the highest priority has recovered: failback determines when I/O moves back
// to it.
//
// Labels: timers

#include "fixtures/timers_fixture.h"

namespace dualpath {
namespace {

using std::chrono::seconds;
using ::testing::Not;

class FailbackTest : public TimersTest {
 protected:
  explicit FailbackTest(multipath::Failback failback) : failback_(failback) {}

  /// Gives the first path the higher priority.
  multipath::Config Tuned(multipath::Config config) override {
    config.prio = "weightedpath";
    config.prio_args = "hbtl ^" + rig().path(0).hctl().ToString() + "$ 50 .+ 10";
    config.failback = failback_;
    return config;
  }

  /// Fails the first path, then starts I/O, which therefore uses the second one.
  Result<IoRun> StartWithoutTheFirstPath() {
    EXPECT_NO_FATAL_FAILURE(Lose(0));
    return StartSlowWrites();
  }

  /// Matches either way in which multipathd moves I/O back: it switches the group, or loads a table
  /// with the first path first again, since immediate failback had put the other path first.
  LogEvent MovesIoBack() {
    return EitherOf(SwitchesToGroup(rig().map(), 0),
                    LoadsTable(rig().map(), {{rig().path(0)}, {rig().path(1)}}));
  }

  void ExpectOnFirst() {
    EXPECT_THAT(topology(),
                Eventually(PathGroups({Active(rig().path(0)), Enabled(rig().path(1))})));
  }
  void ExpectStaysOnSecond(seconds time) {
    const auto on_second = PathGroups({Enabled(rig().path(0)), Active(rig().path(1))});
    EXPECT_THAT(topology(), Eventually(on_second));
    EXPECT_THAT(topology(), StaysSo(on_second, time));
  }

 private:
  multipath::Failback failback_;
};

class FailbackManual : public FailbackTest {
 protected:
  FailbackManual() : FailbackTest(multipath::Failback::Manual()) {}
};

// Catalogue: E16
TEST_F(FailbackManual, LeavesIoOnTheOtherGroup) {
  ASSERT_OK_AND_ASSIGN(auto io, StartWithoutTheFirstPath());

  ASSERT_NO_FATAL_FAILURE(Regain(0));

  ExpectStaysOnSecond(seconds(300));
  EXPECT_THAT(LogNow(), Not(Logs(MovesIoBack())));
  ExpectNothingLost(io);
}

class FailbackImmediate : public FailbackTest {
 protected:
  FailbackImmediate() : FailbackTest(multipath::Failback::Immediate()) {}
};

// Catalogue: E16
TEST_F(FailbackImmediate, MovesIoBackWhenTheCheckerFindsThePathReady) {
  ASSERT_OK_AND_ASSIGN(auto io, StartWithoutTheFirstPath());

  ASSERT_NO_FATAL_FAILURE(Regain(0));

  EXPECT_THAT(log(), EventuallyLogs(MovesIoBack()));
  ExpectOnFirst();
  ASSERT_OK_AND_ASSIGN(const auto back, TimeOf(Reinstates(rig().path(0)), LogNow()));
  ASSERT_OK_AND_ASSIGN(const auto moved, TimeOf(MovesIoBack(), LogNow()));
  // The same check does both, and the order of the log lines varies.
  EXPECT_GE(moved - back, -seconds(1));
  EXPECT_LE(moved - back, seconds(1));
  ExpectNothingLost(io);
}

constexpr seconds kDeferred{120};

class FailbackDeferred : public FailbackTest {
 protected:
  FailbackDeferred() : FailbackTest(multipath::Failback::After(kDeferred.count())) {}

  /// The delay starts at the check that found the path ready, which must be in the log since the
  /// last mark.
  void ExpectMovesBackAfterTheDelay() {
    EXPECT_THAT(log(), EventuallyLogs(MovesIoBack(), kDeferred + seconds(30)));
    ExpectOnFirst();
    ASSERT_OK_AND_ASSIGN(const auto back, TimeOf(Reinstates(rig().path(0)), LogNow()));
    ASSERT_OK_AND_ASSIGN(const auto moved, TimeOf(MovesIoBack(), LogNow()));
    EXPECT_GE(moved - back, kDeferred - seconds(1));
    EXPECT_LE(moved - back, kDeferred + seconds(5));
  }
};

// Catalogue: E16
TEST_F(FailbackDeferred, MovesIoBackAfterTheDelay) {
  ASSERT_OK_AND_ASSIGN(auto io, StartWithoutTheFirstPath());

  ASSERT_NO_FATAL_FAILURE(Regain(0));
  ExpectStaysOnSecond(kDeferred / 2);

  ExpectMovesBackAfterTheDelay();
  ExpectNothingLost(io);
}

TEST_F(FailbackDeferred, AnotherLossOfThePathRestartsTheDelay) {
  ASSERT_OK_AND_ASSIGN(auto io, StartWithoutTheFirstPath());
  ASSERT_NO_FATAL_FAILURE(Regain(0));
  ASSERT_OK(io.AwaitGoodFor(kDeferred / 2));

  ASSERT_NO_FATAL_FAILURE(Lose(0));
  ASSERT_NO_FATAL_FAILURE(Regain(0));

  ExpectStaysOnSecond(kDeferred / 2);
  ExpectMovesBackAfterTheDelay();
  ExpectNothingLost(io);
}

}  // namespace
}  // namespace dualpath
