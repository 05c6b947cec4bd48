// Faults of both paths, or two faults of one path, in an order that single faults do not have.

#include <cerrno>
#include <future>

#include "fixtures/operator_fixture.h"
#include "fixtures/paths_at_once.h"

namespace dualpath {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;

constexpr std::size_t kRounds = 12;

class PathCombinations : public OperatorTest {
 protected:
  /// Expects that the guest got no error while path `index` was lost, or errors of an offline path
  /// until the checker noticed.
  void ExpectErrorsAtMostUntilTheKernelFailed(std::size_t index, std::chrono::microseconds fault,
                                              IoRun& io) {
    ASSERT_OK(io.AwaitGoodCompletions());
    ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
    if (capabilities().probes_paths_on_sg_io_error) {
      EXPECT_THAT(report, CompletedWithoutErrors());
    } else {
      ASSERT_OK_AND_ASSIGN(const auto failed, TimeOf(KernelFails(rig().path(index)), LogNow()));
      EXPECT_THAT(report, FailedExactlyBetween(fault, failed, capabilities().ErrnoOfOfflinePath()));
    }
    EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
  }
};

// Catalogue: A3
TEST_F(PathCombinations, TheUnusedPathGoesOfflineAndReturnsThenTakesOver) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  ASSERT_OK(rig().path(1).SetOffline());
  EXPECT_THAT(
      topology(),
      Eventually(PathGroups({Active(rig().path(0)), Enabled(Faulty(rig().path(1), "offline"))})));
  ASSERT_OK(io.AwaitGoodCompletions());
  ASSERT_OK(rig().path(1).SetRunning());
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(0)), Enabled(rig().path(1))})));
  ASSERT_OK(MarkLog());
  ASSERT_OK(rig().AwaitCheck(0));

  ASSERT_OK(rig().path(0).SetOffline());
  const auto fault = Now();

  EXPECT_THAT(
      topology(),
      Eventually(PathGroups({Enabled(Faulty(rig().path(0), "offline")), Active(rig().path(1))})));
  ExpectErrorsAtMostUntilTheKernelFailed(0, fault, io);
}

// The loss of the unused path is noticed before the other one goes: nothing is left to fail over
// to.
TEST_F(PathCombinations, TheUnusedPathIsOfflineWhenTheActiveOneIsDeleted) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  ASSERT_OK(rig().path(1).SetOffline());
  EXPECT_THAT(
      topology(),
      Eventually(PathGroups({Active(rig().path(0)), Enabled(Faulty(rig().path(1), "offline"))})));

  ASSERT_OK(rig().path(0).Delete());
  EXPECT_THAT(log(), EventuallyLogs(EntersRecovery(rig().map(), 10)));
  EXPECT_THAT(topology(), Eventually(PathGroups({Enabled(Faulty(rig().path(1), "offline"))})));
  ASSERT_OK(io.AwaitHeld());
  ASSERT_OK(rig().path(1).SetRunning());
  const auto returned = Now();

  ASSERT_OK(io.AwaitGoodCompletions());
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(1))})));
  ASSERT_OK(rig().path(0).Rescan());
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(1)), Enabled(rig().path(0))})));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report,
              HasPhases({Good(), HeldThenGood().EndedBefore(EndOfQueueing(returned)), Good()}));
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

// Catalogue: A5
TEST_F(PathCombinations, BothPathsDeletedAtTheSameInstantQueueIoUntilRescanned) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  const PathId first = rig().path(0);
  const PathId second = rig().path(1);

  ASSERT_OK(DeleteAllPathsAtOnce(rig()));

  EXPECT_THAT(log(), EventuallyLogs(RemovesPath(rig().map(), first)));
  EXPECT_THAT(log(), EventuallyLogs(RemovesPath(rig().map(), second)));
  EXPECT_THAT(topology(), Eventually(PathGroups({})));
  EXPECT_THAT(table(), Eventually(AllOf(HasGroups({}), QueuesIfNoPath())));
  ASSERT_OK(io.AwaitHeld());
  ASSERT_OK(rig().path(0).Rescan());
  const auto returned = Now();
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(0))})));
  ASSERT_OK(rig().path(1).Rescan());
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(0)), Enabled(rig().path(1))})));
  ASSERT_OK(io.AwaitGoodCompletions());
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report,
              HasPhases({Good(), HeldThenGood().EndedBefore(EndOfQueueing(returned)), Good()}));
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

// A table load makes a failed path usable until multipathd fails it again, and from its presuspend
// on the kernel probes no path when QEMU asks for it (drivers/md/dm-mpath.c, probe_active_paths):
// SG_IO then meets the lost path until QEMU's retries are over.
// Catalogue: D5 D16
TEST_F(PathCombinations, PathsAreLostDuringTableLoads) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartIo(guest::VerifiedWrites(milliseconds(50))));
  const auto both_usable = AnyOf(PathGroups({Active(rig().path(0)), Enabled(rig().path(1))}),
                                 PathGroups({Enabled(rig().path(0)), Active(rig().path(1))}),
                                 PathGroups({Active(rig().path(1)), Enabled(rig().path(0))}),
                                 PathGroups({Enabled(rig().path(1)), Active(rig().path(0))}));
  for (std::size_t round = 0; round < kRounds; ++round) {
    SCOPED_TRACE(round);
    const std::size_t lost = round % 2;
    // Each round meets another moment of the load, which takes some milliseconds.
    auto load = std::async(std::launch::async, [this] { return multipathd().ReloadMap(); });
    ASSERT_OK(rig().path(lost).SetOffline());
    EXPECT_OK(load.get());
    ASSERT_OK(io.AwaitGoodCompletions(10));

    ASSERT_OK(rig().path(lost).SetRunning());
    ASSERT_THAT(topology(), Eventually(both_usable));
  }
  if (capabilities().probes_paths_on_sg_io_error) return ExpectNothingLost(io);
  // Without probing, SG_IO fails on the lost path until the load or the checker has left it out.
  ASSERT_OK(io.AwaitGoodCompletions());
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

// Catalogue: A6
TEST_F(PathCombinations, TheActivePathGoesOfflineAndIsThenDeleted) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  ASSERT_OK(LoseUnseen(0));
  EXPECT_THAT(
      topology(),
      Eventually(PathGroups({Enabled(Faulty(rig().path(0), "offline")), Active(rig().path(1))})));

  ASSERT_OK(rig().path(0).Delete());
  EXPECT_THAT(log(), EventuallyLogs(LoadsTable(rig().map(), {{rig().path(1)}})));
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(1))})));

  // A new disk is running, whatever the old one was.
  ASSERT_OK(rig().path(0).Rescan());
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(1)), Enabled(rig().path(0))})));
  ExpectNothingLost(io);
}

TEST_F(PathCombinations, BothPathsGoOfflineAndOneIsDeletedWhileIoIsQueued) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  ASSERT_OK(LoseUnseen(1));
  ASSERT_OK(LoseUnseen(0));
  ASSERT_OK(io.AwaitHeld());

  ASSERT_OK(rig().path(0).Delete());
  EXPECT_THAT(topology(), Eventually(PathGroups({Enabled(Faulty(rig().path(1), "offline"))})));
  EXPECT_THAT(table(), Eventually(QueuesIfNoPath()));
  ASSERT_OK(rig().path(0).Rescan());
  const auto returned = Now();

  EXPECT_THAT(
      topology(),
      Eventually(PathGroups({Active(rig().path(0)), Enabled(Faulty(rig().path(1), "offline"))})));
  ASSERT_OK(io.AwaitGoodCompletions());
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report,
              HasPhases({Good(), HeldThenGood().EndedBefore(EndOfQueueing(returned)), Good()}));
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

// https://github.com/opensvc/multipath-tools/commit/f0af6ca8: before 0.8.8 the path stayed.
TEST_F(PathCombinations, APathDeletedWhileMultipathdIsStoppedIsNotInTheNextTable) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  const PathId deleted = rig().path(1);
  ASSERT_OK(rig().StopMultipathd());

  ASSERT_OK(rig().path(1).Delete());
  EXPECT_THAT(table(), StaysSo(HasGroups({{rig().path(0)}, {deleted}}), seconds(5)));
  ASSERT_OK(rig().StartMultipathd());

  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(0))})));
  EXPECT_THAT(table(), Eventually(AllOf(HasGroups({{rig().path(0)}}), QueuesIfNoPath())));
  ASSERT_OK(rig().path(1).Rescan());
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(0)), Enabled(rig().path(1))})));
  ExpectNothingLost(io);
}

// https://github.com/opensvc/multipath-tools/commit/db9963cb (0.12): paths that were skipped
// because they were offline were not added when they came online.
TEST_F(PathCombinations, APathThatIsOfflineAtAReconfigureIsUsedWhenItReturns) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  ASSERT_OK(rig().path(1).SetOffline());
  EXPECT_THAT(
      topology(),
      Eventually(PathGroups({Active(rig().path(0)), Enabled(Faulty(rig().path(1), "offline"))})));
  ASSERT_OK(multipathd().ReconfigureAll());
  ASSERT_OK(io.AwaitGoodCompletions(10));

  ASSERT_OK(rig().path(1).SetRunning());
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(0)), Enabled(rig().path(1))})));
  ASSERT_OK(rig().path(0).Delete());

  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(1))})));
  ExpectNothingLost(io);
}

/// The guest is ended, since it would hold the map.
class PathOfflineAtCreation : public WithOperator<RigTest> {
 protected:
  void SetUp() override {
    WithOperator<RigTest>::SetUp();
    if (HasFatalFailure() || IsSkipped()) return;
    ASSERT_OK(Guest::End(rig()));
  }
};

// The kernel cannot open an offline disk, so it rejects a table that names it (ENXIO), and
// multipathd puts a path that it knows into the table even if its check has found it offline: the
// good path alone does not get a map.
TEST_F(PathOfflineAtCreation, PreventsTheMapUntilItReturns) {
  ASSERT_OK(rig().path(1).SetOffline());
  EXPECT_THAT(
      topology(),
      Eventually(PathGroups({Active(rig().path(0)), Enabled(Faulty(rig().path(1), "offline"))})));
  ASSERT_OK(multipathd().RemoveMap());
  ASSERT_OK(MarkLog());

  EXPECT_THAT(multipathd().AddMap(), FailsWith(HasSubstr("fail")));
  EXPECT_THAT(log(), EventuallyLogs(LineContaining("No such device or address")));

  ASSERT_OK(rig().path(1).SetRunning());
  ASSERT_OK(multipathd().AddMap());
  EXPECT_THAT(table(), Eventually(HasGroups({{rig().path(0)}, {rig().path(1)}})));
  ASSERT_OK(rig().path(0).Delete());
  EXPECT_THAT(table(), Eventually(HasGroups({{rig().path(1)}})));
  EXPECT_OK(rig().ReadFromMap());
}

}  // namespace
}  // namespace dualpath
