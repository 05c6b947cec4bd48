// Asymmetric access (ALUA): the target says how good each path is, and changes its mind under I/O.
// LIO refuses I/O in standby (NOT READY, 04/0B), unavailable (04/0C) and transitioning (04/0A), and
// announces each change of a state by a UNIT ATTENTION (2A/06).

#include <cerrno>
#include <future>

#include "fixtures/alua_fixture.h"
#include "helpers/multipath/service.h"

namespace dualpath {
namespace {

using scsi::AluaState;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::Eq;
using ::testing::Not;

class Alua : public AluaTest {
 protected:
  void ExpectBaseline() {
    EXPECT_THAT(topology(),
                Eventually(AllOf(PathGroups({Active(rig().path(0)), Enabled(rig().path(1))}),
                                 HasPriorities({50, 10}))));
  }

  /// Expects errors at most until `moved`: the kernel passes SG_IO on to a path that refuses it,
  /// until multipathd's checker, or a probe, has moved the I/O.
  void ExpectErrorsAtMostUntil(IoRun& io, std::chrono::microseconds moved) {
    ASSERT_OK(io.AwaitGoodCompletions());
    ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
    EXPECT_THAT(report, HasPhases({Good(), Maybe(Failing(EIO).EndedBefore(moved)), Maybe(Good())}));
    EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
  }

  /// Swaps the states of the paths.
  void SwapStates() {
    ASSERT_OK(rig().path(1).SetAccessState(AluaState::kActiveOptimized));
    ASSERT_OK(rig().path(0).SetAccessState(AluaState::kActiveNonOptimized));
  }

  /// Swaps the states, and expects that I/O stays on the first path for `time` though multipathd
  /// knows the new priorities.
  void SwapStatesWithoutFailback(seconds time) {
    ASSERT_NO_FATAL_FAILURE(SwapStates());
    EXPECT_THAT(topology(), Eventually(HasPriorities({10, 50})));
    EXPECT_THAT(topology(),
                StaysSo(PathGroups({Active(rig().path(0)), Enabled(rig().path(1))}), time));
  }

  /// Before 0.9.5 the checker takes a transitioning path for a bad one.
  void KnowWhoFailsTransitioningPaths() {
    ASSERT_OK_AND_ASSIGN(const auto version, multipath::InstalledVersion());
    if (version < multipath::Version{0, 9, 5}) {
      RecordKnownIssue("https://github.com/opensvc/multipath-tools/commit/65366544",
                       "multipath-tools before 0.9.5: the checker fails a path in transition");
    }
  }

  Observable<AluaState> state(std::size_t index) {
    return {"the access state of " + rig().path(index).hctl().ToString(),
            [this, index] { return rig().path(index).AccessState(); }};
  }
};

// Catalogue: F2
TEST_F(Alua, IoFollowsTheOptimizedState) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  ExpectCarriedBy(io, 0);

  ASSERT_NO_FATAL_FAILURE(SwapStates());

  EXPECT_THAT(topology(),
              Eventually(AllOf(PathGroups({Active(rig().path(1)), Enabled(rig().path(0))}),
                               HasPriorities({50, 10}))));
  ExpectCarriedBy(io, 1);
  ExpectNothingLost(io);
}

// Catalogue: F5
TEST_F(Alua, PathsOfEqualStatesAreOneGroup) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK(rig().path(1).SetAccessState(AluaState::kActiveOptimized));
  EXPECT_THAT(topology(), Eventually(AllOf(PathGroups({Active(rig().path(0), rig().path(1))}),
                                           HasPriorities({50}))));

  ASSERT_OK(rig().path(1).SetAccessState(AluaState::kActiveNonOptimized));
  ExpectBaseline();
  ExpectNothingLost(io);
}

// group_by_tpg, of multipath-tools 0.9.6, is an unknown word to older versions, which then group
// LIO's paths by priority.
TEST_F(Alua, GroupByTpgKeepsPortGroupsOfEqualStatesApart) {
  ASSERT_OK_AND_ASSIGN(const auto version, multipath::InstalledVersion());
  const bool by_tpg = version >= multipath::Version{0, 9, 6};
  ASSERT_OK(Configure(
      [](auto& config) { config.path_grouping_policy = multipath::GroupingPolicy::kGroupByTpg; }));
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK(rig().path(1).SetAccessState(AluaState::kActiveOptimized));
  EXPECT_THAT(topology(),
              Eventually(HasPriorities(by_tpg ? std::vector<int>{50, 50} : std::vector<int>{50})));
  ASSERT_OK(rig().path(0).SetAccessState(AluaState::kActiveNonOptimized));

  EXPECT_THAT(topology(),
              Eventually(AllOf(PathGroups({Active(rig().path(1)), Enabled(rig().path(0))}),
                               HasPriorities({50, 10}))));
  ExpectCarriedBy(io, 1);
  ExpectNothingLost(io);
}

// The group of a path that went to standby under I/O is left, and taken again when it is optimized.
// Catalogue: F3
TEST_F(Alua, StandbyMovesIoUntilThePathIsOptimizedAgain) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK(rig().path(0).SetAccessState(AluaState::kStandby));
  EXPECT_THAT(topology(),
              Eventually(AllOf(PathGroups({Active(rig().path(1)), Enabled(Ghost(rig().path(0)))}),
                               HasPriorities({10, 1}))));
  EXPECT_THAT(known_state(0), Eventually(Eq("standby")));
  const auto moved = Now();
  ExpectCarriedBy(io, 1);

  ASSERT_OK(rig().path(0).SetAccessState(AluaState::kActiveOptimized));
  ExpectBaseline();
  ExpectCarriedBy(io, 0);
  ExpectErrorsAtMostUntil(io, moved);
}

// Catalogue: F3
TEST_F(Alua, UnavailableFailsThePathUntilItIsOptimizedAgain) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK(rig().path(0).SetAccessState(AluaState::kUnavailable));
  EXPECT_THAT(log(), EventuallyLogs(KernelFails(rig().path(0))));
  EXPECT_THAT(
      topology(),
      Eventually(PathGroups({Active(rig().path(1)), Enabled(Faulty(rig().path(0), "running"))})));
  const auto moved = Now();
  ExpectCarriedBy(io, 1);

  ASSERT_OK(rig().path(0).SetAccessState(AluaState::kActiveOptimized));
  EXPECT_THAT(log(), EventuallyLogs(Reinstates(rig().path(0))));
  ExpectBaseline();
  ExpectErrorsAtMostUntil(io, moved);
}

TEST_F(Alua, TheUnusedPathInStandbyDoesNotDisturbIo) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK(rig().path(1).SetAccessState(AluaState::kStandby));

  EXPECT_THAT(topology(),
              Eventually(AllOf(PathGroups({Active(rig().path(0)), Enabled(Ghost(rig().path(1)))}),
                               HasPriorities({50, 1}))));
  ExpectCarriedBy(io, 0);
  ExpectNothingLost(io);
}

// linux-scsi, 2021-07-08: "transitioning" failed every path at once, until 6056a92ceb2a ("scsi:
// scsi_dh_alua: Properly handle the ALUA transitioning state"). Here the guest's kernel repeats the
// write (drivers/scsi/scsi_lib.c, 04/0A), and multipathd's checker waits.
// Catalogue: F3
TEST_F(Alua, ATransitioningPathHoldsIoAndIsNotFailed) {
  ASSERT_NO_FATAL_FAILURE(KnowWhoFailsTransitioningPaths());
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK(rig().path(0).SetAccessState(AluaState::kTransitioning));
  ASSERT_OK(io.AwaitHeld());
  EXPECT_THAT(topology(),
              StaysSo(PathGroups({Active(rig().path(0)), Enabled(rig().path(1))}), seconds(12)));
  ASSERT_OK(rig().path(0).SetAccessState(AluaState::kActiveOptimized));
  const auto returned = Now();

  ExpectCarriedBy(io, 0);
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report,
              HasPhases({Good(), HeldThenGood().EndedBefore(EndOfQueueing(returned)), Good()}));
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
  EXPECT_THAT(LogNow(), Not(Logs(KernelFails(rig().path(0)))));
}

// A failover of a controller: both groups are in transition, then the other one is optimized.
// Catalogue: F3
TEST_F(Alua, IoWaitsWhileBothPathsAreTransitioningAndThenFollows) {
  ASSERT_NO_FATAL_FAILURE(KnowWhoFailsTransitioningPaths());
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK(rig().path(0).SetAccessState(AluaState::kTransitioning));
  ASSERT_OK(rig().path(1).SetAccessState(AluaState::kTransitioning));
  ASSERT_OK(io.AwaitHeld());
  ASSERT_OK(rig().path(1).SetAccessState(AluaState::kActiveOptimized));
  ASSERT_OK(rig().path(0).SetAccessState(AluaState::kActiveNonOptimized));
  const auto returned = Now();

  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(1)), Enabled(rig().path(0))})));
  ExpectCarriedBy(io, 1);
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report,
              HasPhases({Good(), HeldThenGood().EndedBefore(EndOfQueueing(returned)), Good()}));
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
  EXPECT_THAT(LogNow(), Not(Logs(KernelFails(rig().path(0)))));
  EXPECT_THAT(LogNow(), Not(Logs(KernelFails(rig().path(1)))));
}

// A UNIT ATTENTION is no error of the path: the kernel reads the states again and repeats the
// command, even one of SG_IO (drivers/scsi/device_handler/scsi_dh_alua.c, alua_check_sense).
// multipathd is held, since its commands could get the UNIT ATTENTION instead of the guest's.
TEST_F(Alua, TheKernelLearnsOfAChangeByTheGuestsCommandAndRepeatsIt) {
  ASSERT_OK_AND_ASSIGN(Cleanup held, rig().HoldMultipathd());
  EXPECT_THAT(known_state(0), Eventually(Eq("active/optimized")));

  ASSERT_OK(rig().path(0).SetAccessState(AluaState::kActiveNonOptimized));
  EXPECT_THAT(known_state(0), StaysSo(Eq("active/optimized"), seconds(5)))
      << "the UNIT ATTENTION was consumed by another command";
  EXPECT_THAT(guest().Execute(scsi::TestUnitReady()), Succeeded());

  EXPECT_THAT(known_state(0), Eventually(Eq("active/non-optimized")));
  ASSERT_OK(held.Run());
}

// The preferred bit adds 80 to the priority of a path that is not optimized
// (libmultipath/prioritizers/alua.c).
// Catalogue: F5
TEST_F(Alua, APreferredGroupIsUsedThoughItIsNotOptimized) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK(rig().path(1).SetPreferred(true));

  EXPECT_THAT(topology(),
              Eventually(AllOf(PathGroups({Active(rig().path(1)), Enabled(rig().path(0))}),
                               HasPriorities({90, 50}))));
  ExpectCarriedBy(io, 1);
  ASSERT_OK(rig().path(1).SetPreferred(false));
  ExpectBaseline();
  ExpectCarriedBy(io, 0);
  ExpectNothingLost(io);
}

// Catalogue: F5
TEST_F(Alua, ExclusivePrefBitSeparatesThePreferredGroupOfTwoOptimizedOnes) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  ASSERT_OK(rig().path(1).SetAccessState(AluaState::kActiveOptimized));
  ASSERT_OK(rig().path(1).SetPreferred(true));
  EXPECT_THAT(topology(), Eventually(HasPriorities({50})));

  ASSERT_OK(Configure([](auto& config) { config.prio_args = "exclusive_pref_bit"; }));

  EXPECT_THAT(topology(),
              Eventually(AllOf(PathGroups({Active(rig().path(1)), Enabled(rig().path(0))}),
                               HasPriorities({130, 50}))));
  ExpectCarriedBy(io, 1);
  ExpectNothingLost(io);
}

TEST_F(Alua, ManualFailbackIgnoresAChangeOfPriorities) {
  ASSERT_OK(Configure([](auto& config) { config.failback = multipath::Failback::Manual(); }));
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_NO_FATAL_FAILURE(SwapStatesWithoutFailback(seconds(60)));
  ExpectCarriedBy(io, 0);
  ExpectNothingLost(io);
}

TEST_F(Alua, DeferredFailbackFollowsAChangeOfPrioritiesAfterTheDelay) {
  constexpr seconds kDelay{30};
  ASSERT_OK(Configure(
      [=](auto& config) { config.failback = multipath::Failback::After(kDelay.count()); }));
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_NO_FATAL_FAILURE(SwapStatesWithoutFailback(kDelay - seconds(10)));

  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(1)), Enabled(rig().path(0))})));
  ExpectCarriedBy(io, 1);
  ExpectNothingLost(io);
}

// Followover is for clusters: I/O moves to a better group only if its path has come back up.
// Catalogue: E16
TEST_F(Alua, FollowoverIgnoresAChangeOfPriorities) {
  ASSERT_OK(Configure([](auto& config) { config.failback = multipath::Failback::Followover(); }));
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_NO_FATAL_FAILURE(SwapStatesWithoutFailback(seconds(60)));
  ExpectCarriedBy(io, 0);

  ASSERT_OK(LoseUnseen(1));
  EXPECT_THAT(log(), EventuallyLogs(SeesOffline(rig().map(), rig().path(1))));
  ASSERT_OK(rig().path(1).SetRunning());

  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(1)), Enabled(rig().path(0))})));
  ExpectCarriedBy(io, 1);
  ExpectNothingLost(io);
}

TEST_F(Alua, TheKernelUsesANonOptimizedGroupAsItIsIfOnlyTheTargetChangesStates) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  ASSERT_OK_AND_ASSIGN(Cleanup held, rig().HoldMultipathd());

  ASSERT_OK(dmsetup().FailPath(rig().path(0)));

  ExpectCarriedWhileHeldBy(io, 1);
  EXPECT_THAT(state(1), StaysSo(Eq(AluaState::kActiveNonOptimized), seconds(5)));
  ASSERT_OK(held.Run());
  ExpectNothingLost(io);
}

// multipath-tools 0.9.8, a6424a1990db: I/O stayed in the lesser group after an outage.
// Here the state of the better path changes while it is away, and again when it is back.
TEST_F(Alua, IoReturnsToTheBestGroupAfterAChangeWhileItsPathWasAway) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  ASSERT_OK(LoseUnseen(0));
  EXPECT_THAT(
      topology(),
      Eventually(PathGroups({Active(rig().path(1)), Enabled(Faulty(rig().path(0), "offline"))})));

  ASSERT_OK(rig().path(0).SetAccessState(AluaState::kActiveNonOptimized));
  ASSERT_OK(rig().path(0).SetRunning());
  EXPECT_THAT(topology(), Eventually(HasPriorities({10})));
  ASSERT_OK(rig().path(0).SetAccessState(AluaState::kActiveOptimized));

  ExpectBaseline();
  ExpectCarriedBy(io, 0);
  ExpectNothingLost(io);
}

// The block layer's I/O, unlike SG_IO, is repeated by the host's own kernel.
TEST_F(Alua, AReadOfTheMapWaitsForATransitioningPath) {
  ASSERT_NO_FATAL_FAILURE(KnowWhoFailsTransitioningPaths());
  ASSERT_OK(rig().path(0).SetAccessState(AluaState::kTransitioning));

  auto read = std::async(std::launch::async, [this] { return rig().ReadFromMap(); });
  EXPECT_EQ(read.wait_for(seconds(2)), std::future_status::timeout) << "the read did not wait";
  ASSERT_OK(rig().path(0).SetAccessState(AluaState::kActiveOptimized));

  EXPECT_OK(read.get());
  EXPECT_THAT(LogNow(), Not(Logs(KernelFails(rig().path(0)))));
}

}  // namespace
}  // namespace dualpath
