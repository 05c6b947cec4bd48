// Several paths in one group: the path selector spreads the I/O over them, and what a lost path
// carried moves to the others. SG_IO asks the selector, too, for each command
// (drivers/md/dm-mpath.c, multipath_prepare_ioctl).

#include <ostream>

#include "fixtures/operator_fixture.h"

namespace dualpath {
namespace {

using multipath::GroupingPolicy;
using std::chrono::milliseconds;

constexpr std::uint64_t kOfEachPath = 10;

std::vector<std::string> Naa(std::size_t count) {
  std::vector<std::string> naa;
  naa.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    naa.push_back("naa.5001405f0123400" + std::to_string(i));
  }
  return naa;
}

class PathGroupTest : public OperatorTest {
 protected:
  explicit PathGroupTest(std::size_t paths, GroupingPolicy policy = GroupingPolicy::kMultibus)
      : paths_(paths), policy_(policy) {}

  RigOptions Options() const override {
    RigOptions options;
    options.naa = Naa(paths_);
    options.multipath.path_grouping_policy = policy_;
    return options;
  }

  /// Expects that the guest's I/O goes through each of these paths, and no other.
  void ExpectSpreadOver(IoRun& io, const std::vector<std::size_t>& indexes) {
    std::vector<PathId> paths;
    paths.reserve(indexes.size());
    for (const std::size_t index : indexes) paths.push_back(rig().path(index));
    ASSERT_OK_AND_ASSIGN(const auto next, NextIo(io, 2 * kOfEachPath * paths.size()));
    EXPECT_THAT(next, SpreadOver(paths, kOfEachPath));
  }

  void Lose(std::size_t index) {
    const PathId lost = rig().path(index);
    ASSERT_OK(rig().path(index).Delete());
    EXPECT_THAT(log(), EventuallyLogs(RemovesPath(rig().map(), lost)));
  }

  void Add(std::size_t index) {
    ASSERT_OK(MarkLog());
    ASSERT_OK(rig().path(index).Rescan());
    EXPECT_THAT(log(), EventuallyLogs(AddsPath(rig().map(), rig().path(index))));
  }

 private:
  std::size_t paths_;
  GroupingPolicy policy_;
};

struct Selector {
  const char* name;
  const char* in_test_name;
  const char* module;
};

std::ostream& operator<<(std::ostream& out, const Selector& selector) {
  return out << selector.name;
}

class PathSelectors : public PathGroupTest, public ::testing::WithParamInterface<Selector> {
 protected:
  PathSelectors() : PathGroupTest(4) {}

  std::vector<host::Missing> Lacks() const override {
    const auto missing = host::Requirements().Module(GetParam().module);
    return missing ? std::vector{*missing} : std::vector<host::Missing>();
  }

  void SetUp() override {
    PathGroupTest::SetUp();
    if (HasFatalFailure() || IsSkipped()) return;
    ASSERT_OK(Configure([](multipath::Config& config) {
      config.path_selector = std::string(GetParam().name) + " 0";
    }));
  }
};

// Catalogue: D13 D14
TEST_P(PathSelectors, SpreadIoAndMoveTheShareOfALostPath) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  EXPECT_THAT(table(), Eventually(HasSelector(GetParam().name)));
  // multipath-tools before 0.8.9 could not parse the status of historical-service-time (353419e8).
  EXPECT_THAT(
      topology(),
      Eventually(PathGroups({Active(rig().path(0), rig().path(1), rig().path(2), rig().path(3))})));
  ExpectSpreadOver(io, {0, 1, 2, 3});

  Lose(2);
  ExpectSpreadOver(io, {0, 1, 3});

  Add(2);
  ExpectSpreadOver(io, {0, 1, 2, 3});
  ExpectNothingLost(io);
}

INSTANTIATE_TEST_SUITE_P(
    By, PathSelectors,
    ::testing::Values(Selector{"round-robin", "RoundRobin", "dm-round-robin"},
                      Selector{"queue-length", "QueueLength", "dm-queue-length"},
                      Selector{"service-time", "ServiceTime", "dm-service-time"},
                      Selector{"historical-service-time", "HistoricalServiceTime",
                               "dm-historical-service-time"}),
    [](const auto& test) { return std::string(test.param.in_test_name); });

class EightPaths : public PathGroupTest {
 protected:
  EightPaths() : PathGroupTest(8) {}
};

// As Debian's own test of multipath-tools: four paths; three are lost, four added, three others
// lost, and multipathd is restarted.
//
// Catalogue: C4
TEST_F(EightPaths, AreLostAndAddedUnderIo) {
  for (const std::size_t index : {4, 5, 6, 7}) Lose(index);
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  ExpectSpreadOver(io, {0, 1, 2, 3});

  for (const std::size_t index : {0, 1, 2}) Lose(index);
  ExpectSpreadOver(io, {3});

  for (const std::size_t index : {4, 5, 6, 7}) Add(index);
  ExpectSpreadOver(io, {3, 4, 5, 6, 7});

  for (const std::size_t index : {3, 6, 7}) Lose(index);
  ExpectSpreadOver(io, {4, 5});

  ASSERT_OK(rig().StopMultipathd());
  ASSERT_OK(rig().StartMultipathd());
  ExpectSpreadOver(io, {4, 5});
  ExpectNothingLost(io);
}

/// Two groups of two paths, the first one with the higher priority.
class GroupsByPriority : public PathGroupTest {
 protected:
  GroupsByPriority() : PathGroupTest(4, GroupingPolicy::kGroupByPrio) {}

  void SetUp() override {
    PathGroupTest::SetUp();
    if (HasFatalFailure() || IsSkipped()) return;
    const std::string preferred =
        "^(" + rig().path(0).hctl().ToString() + "|" + rig().path(1).hctl().ToString() + ")$";
    ASSERT_OK(Configure([&](multipath::Config& config) {
      config.prio = "weightedpath";
      config.prio_args = "hbtl " + preferred + " 50 .+ 10";
      config.failback = multipath::Failback::Immediate();
    }));
    // Without I/O since the table was loaded, none is active.
    EXPECT_THAT(topology(), Eventually(PathGroups({Enabled(rig().path(0), rig().path(1)),
                                                   Enabled(rig().path(2), rig().path(3))})));
  }
};

// A group is used as long as one of its paths is.
//
// Catalogue: E15
TEST_F(GroupsByPriority, KeepIoUntilTheirLastPathIsLost) {
  // Often, since the other paths have the checker's commands.
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartIo(guest::VerifiedWrites(milliseconds(50))));
  ExpectSpreadOver(io, {0, 1});

  Lose(0);
  ExpectSpreadOver(io, {1});

  Lose(1);
  ExpectSpreadOver(io, {2, 3});

  Add(1);
  ExpectSpreadOver(io, {1});
  ExpectNothingLost(io);
}

}  // namespace
}  // namespace dualpath
