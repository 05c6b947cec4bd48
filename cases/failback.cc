// The path group of the highest priority works again: failback says when I/O goes back to it.
// Labels: timers

#include "fixtures/timers_fixture.h"

namespace dualpath {
namespace {

using std::chrono::seconds;
using ::testing::Not;

class FailbackTest : public TimersTest {
 protected:
  explicit FailbackTest(multipath::Failback failback) : failback_(failback) {}

  /// The first path is the better one.
  multipath::Config Tuned(multipath::Config config) override {
    config.prio = "weightedpath";
    config.prio_args = "hbtl ^" + path(0).hctl + "$ 50 .+ 10";
    config.failback = failback_;
    return config;
  }

  /// I/O that has begun on the second path, as the first had failed.
  Result<IoRun> StartWithoutTheFirstPath() {
    EXPECT_NO_FATAL_FAILURE(Lose(0));
    return StartSlowWrites();
  }

  /// By name, or by a table in which the first path leads: where failback is immediate, multipathd
  /// has put the other one in front meanwhile.
  LogEvent MovesIoBack() {
    return EitherOf(SwitchesToGroup(rig().map(), 0),
                    LoadsTable(rig().map(), {{path(0)}, {path(1)}}));
  }

  void ExpectOnFirst() {
    EXPECT_THAT(topology(), Eventually(PathGroups({Active(path(0)), Enabled(path(1))})));
  }
  void ExpectOnSecond() {
    EXPECT_THAT(topology(), Eventually(PathGroups({Enabled(path(0)), Active(path(1))})));
  }

 private:
  multipath::Failback failback_;
};

class FailbackManual : public FailbackTest {
 protected:
  FailbackManual() : FailbackTest(multipath::Failback::Manual()) {}
};

TEST_F(FailbackManual, LeavesIoOnTheOtherGroup) {
  ASSERT_OK_AND_ASSIGN(auto io, StartWithoutTheFirstPath());

  ASSERT_NO_FATAL_FAILURE(Regain(0));

  ASSERT_OK(io.AwaitGoodFor(seconds(300)));
  ExpectOnSecond();
  EXPECT_THAT(LogNow(), Not(Logs(MovesIoBack())));
  ExpectNothingLost(io);
}

class FailbackImmediate : public FailbackTest {
 protected:
  FailbackImmediate() : FailbackTest(multipath::Failback::Immediate()) {}
};

TEST_F(FailbackImmediate, MovesIoBackWithTheCheckThatFindsThePathGood) {
  ASSERT_OK_AND_ASSIGN(auto io, StartWithoutTheFirstPath());

  ASSERT_NO_FATAL_FAILURE(Regain(0));

  EXPECT_THAT(log(), EventuallyLogs(MovesIoBack()));
  ExpectOnFirst();
  ASSERT_OK_AND_ASSIGN(const auto back, TimeOf(Reinstates(path(0)), LogNow()));
  ASSERT_OK_AND_ASSIGN(const auto moved, TimeOf(MovesIoBack(), LogNow()));
  EXPECT_GE(moved - back, -seconds(1));  // the same check does both, in either order
  EXPECT_LE(moved - back, seconds(1));
  ExpectNothingLost(io);
}

constexpr seconds kDeferred{120};

class FailbackDeferred : public FailbackTest {
 protected:
  FailbackDeferred() : FailbackTest(multipath::Failback::After(kDeferred.count())) {}

  /// Counted from when the path was found good, which the log since the last mark has.
  void ExpectMovesBackWhenTimeIsUp() {
    EXPECT_THAT(log(), EventuallyLogs(MovesIoBack(), kDeferred + seconds(30)));
    ExpectOnFirst();
    ASSERT_OK_AND_ASSIGN(const auto back, TimeOf(Reinstates(path(0)), LogNow()));
    ASSERT_OK_AND_ASSIGN(const auto moved, TimeOf(MovesIoBack(), LogNow()));
    EXPECT_GE(moved - back, kDeferred - seconds(1));
    EXPECT_LE(moved - back, kDeferred + seconds(5));
  }
};

TEST_F(FailbackDeferred, MovesIoBackWhenTimeIsUp) {
  ASSERT_OK_AND_ASSIGN(auto io, StartWithoutTheFirstPath());

  ASSERT_NO_FATAL_FAILURE(Regain(0));
  ASSERT_OK(io.AwaitGoodFor(kDeferred / 2));
  ExpectOnSecond();

  ExpectMovesBackWhenTimeIsUp();
  ExpectNothingLost(io);
}

TEST_F(FailbackDeferred, AnotherLossOfThePathBeginsTheTimeAnew) {
  ASSERT_OK_AND_ASSIGN(auto io, StartWithoutTheFirstPath());
  ASSERT_NO_FATAL_FAILURE(Regain(0));
  ASSERT_OK(io.AwaitGoodFor(kDeferred / 2));

  ASSERT_NO_FATAL_FAILURE(Lose(0));
  ASSERT_NO_FATAL_FAILURE(Regain(0));

  ASSERT_OK(io.AwaitGoodFor(kDeferred / 2));
  ExpectOnSecond();
  ExpectMovesBackWhenTimeIsUp();
  ExpectNothingLost(io);
}

}  // namespace
}  // namespace dualpath
