// An administrator removes the map: refused while the guest uses it, and undone by "add map" or by
// the next reconfigure otherwise.

#include <filesystem>

#include "fixtures/case_tools.h"
#include "fixtures/operator_fixture.h"
#include "helpers/base/file.h"
#include "helpers/dm/device.h"
#include "helpers/multipath/service.h"

namespace dualpath {
namespace {

using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::HasSubstr;

using MapRemoval = OperatorTest;

// Catalogue: E3
TEST_F(MapRemoval, DelMapOfAMapInUseIsRefusedAndDoesNotDisturbIo) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  EXPECT_THAT(multipathd().RemoveMap(), FailsWith(HasSubstr("fail")));

  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(0)), Enabled(rig().path(1))})));
  EXPECT_THAT(table(), StaysSo(QueuesIfNoPath(), seconds(10)));
  ExpectNothingLost(io);
}

// Catalogue: E4
TEST_F(MapRemoval, FlushingAllMapsRefusesTheOneInUseAndDoesNotDisturbIo) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  EXPECT_THAT(multipathd().FlushAllMaps(), FailsWith(HasSubstr("exit status 1")));

  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(0)), Enabled(rig().path(1))})));
  EXPECT_THAT(table(), StaysSo(QueuesIfNoPath(), seconds(10)));
  ExpectNothingLost(io);
}

// A map in use without a path is not removed either: it holds the guest's I/O.
TEST_F(MapRemoval, DelMapOfAMapInUseThatQueuesIsRefusedAndKeepsWhatIsQueued) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  ASSERT_OK(LoseUnseen(1));
  ASSERT_OK(LoseUnseen(0));
  ASSERT_OK(io.AwaitHeld());

  EXPECT_THAT(multipathd().RemoveMap(), FailsWith(HasSubstr("fail")));

  EXPECT_THAT(table(), StaysSo(QueuesIfNoPath(), seconds(10)));
  ASSERT_OK(rig().path(0).SetRunning());
  const auto returned = Now();
  ASSERT_OK(rig().path(1).SetRunning());
  ASSERT_OK(io.AwaitGoodCompletions());
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report,
              HasPhases({Good(), HeldThenGood().EndedBefore(EndOfQueueing(returned)), Good()}));
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

/// The map has no user: the guest, if one is up, is ended.
class UnusedMapRemoval : public WithOperator<RigTest> {
 protected:
  void SetUp() override {
    WithOperator<RigTest>::SetUp();
    if (HasFatalFailure() || IsSkipped()) return;
    ASSERT_OK(Guest::End(rig()));
    ASSERT_OK(MarkLog());
  }

  Observable<bool> exists() {
    return {"whether " + rig().map() + " and its node exist", [this]() -> Result<bool> {
              DUALPATH_TRY(const bool exists, dm::Exists(rig().map()));
              return exists && std::filesystem::exists(rig().MapDevice());
            }};
  }

  void ExpectTheArticlesMap() {
    EXPECT_THAT(exists(), Eventually(true));
    // A new table has no active group until there is I/O.
    ASSERT_OK(rig().ReadFromMap());
    EXPECT_THAT(topology(),
                Eventually(PathGroups({Active(rig().path(0)), Enabled(rig().path(1))})));
    EXPECT_THAT(table(),
                Eventually(AllOf(HasGroups({{rig().path(0)}, {rig().path(1)}}), QueuesIfNoPath())));
  }
};

// Catalogue: E3
TEST_F(UnusedMapRemoval, DelMapRemovesItUntilAddMap) {
  ASSERT_OK(multipathd().RemoveMap());
  EXPECT_THAT(exists(), StaysSo(false, seconds(15))) << "the paths are still there";

  ASSERT_OK(multipathd().AddMap());
  ExpectTheArticlesMap();
}

// Catalogue: E4
TEST_F(UnusedMapRemoval, FlushingAllMapsRemovesItUntilReconfigure) {
  ASSERT_OK(multipathd().FlushAllMaps());
  EXPECT_THAT(exists(), StaysSo(false, seconds(15))) << "the paths are still there";

  ASSERT_OK(multipathd().Reconfigure());
  ExpectTheArticlesMap();
}

// Deleting a path and rescanning it brings the map back as well, with the other path as the first.
TEST_F(UnusedMapRemoval, ARescannedPathBringsARemovedMapBack) {
  ASSERT_OK(multipathd().RemoveMap());
  ASSERT_OK(rig().path(1).Delete());
  EXPECT_THAT(exists(), Eventually(false));

  ASSERT_OK(rig().path(1).Rescan());

  ExpectTheArticlesMap();
}

/// A partition is mapped, and nobody has it open. It is itself the map's only user.
class PartitionedMapRemoval : public UnusedMapRemoval {
 protected:
  void SetUp() override {
    UnusedMapRemoval::SetUp();
    if (HasFatalFailure() || IsSkipped()) return;
    constexpr std::uint64_t kMebibyte = 2048;  // sectors
    ASSERT_OK(dm::AddPartition(rig().map(), 1, kMebibyte, kMebibyte));
  }

  void KnowWhoHangs() {
    ASSERT_OK_AND_ASSIGN(const auto version, multipath::InstalledVersion());
    if (version < multipath::Version{0, 9, 9}) {
      RecordKnownIssue("https://github.com/opensvc/multipath-tools/commit/6e0ec8d9afff",
                       "multipath-tools before 0.9.9: multipathd hangs if it removes the partition "
                       "of a map without a path that has a write outstanding");
    }
  }
};

// When its last opener, the partition, is removed, the kernel writes the map's dirty pages. The
// default of flush_on_last_del, "unused", therefore first ends the queueing of such a map.
// Catalogue: N2
TEST_F(PartitionedMapRemoval, LosingAllPathsWithAWriteOutstandingRemovesTheMap) {
  ASSERT_NO_FATAL_FAILURE(KnowWhoHangs());
  ASSERT_OK(rig().path(0).SetOffline());
  ASSERT_OK(rig().path(1).SetOffline());
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(Faulty(rig().path(0), "offline")),
                                                 Enabled(Faulty(rig().path(1), "offline"))})));
  EXPECT_THAT(table(), Eventually(QueuesIfNoPath()));
  ASSERT_OK(WriteAt(rig().MapDevice(), 0, std::string(4096, 'x')));

  ASSERT_OK(rig().path(0).Delete());
  ASSERT_OK(rig().path(1).Delete());

  EXPECT_THAT(exists(), Eventually(false));
  ASSERT_OK(rig().path(0).Rescan());
  ASSERT_OK(rig().path(1).Rescan());
  EXPECT_THAT(exists(), Eventually(true));
  EXPECT_THAT(table(), Eventually(AnyOf(HasGroups({{rig().path(0)}, {rig().path(1)}}),
                                        HasGroups({{rig().path(1)}, {rig().path(0)}}))));
}

}  // namespace
}  // namespace dualpath
