#include "helpers/matchers/topology_matchers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helpers/matchers/explanation.h"
#include "helpers/multipath/topology_parser.h"

namespace dualpath {
namespace {

using ::testing::DescribeMatcher;
using ::testing::Not;

const PathId kFirst{"3:0:1:0", {8, 0}, "sda"};
const PathId kSecond{"4:0:1:0", {8, 16}, "sdb"};

/// A map of two groups whose first path is in `states`: "failed faulty offline".
multipath::Map MapWith(const std::string& states, const std::string& first_status = "enabled") {
  const multipath::Topology topology = multipath::ParseTopology(
      "mpatha (36001405d0a1bace00014d75a15a74680) dm-0 LIO-ORG,storage\n"
      "size=1.0G features='1 queue_if_no_path' hwhandler='1 alua' wp=rw\n"
      "|-+- policy='service-time 0' prio=1 status=" +
      first_status +
      "\n"
      "| `- 3:0:1:0 sda 8:0  " +
      states +
      "\n"
      "`-+- policy='service-time 0' prio=1 status=active\n"
      "  `- 4:0:1:0 sdb 8:16 active ready running\n");
  EXPECT_EQ(topology.maps.size(), 1U);
  return topology.maps.at(0);
}

TEST(PathGroups, AreComparedByStatusPathAndStates) {
  EXPECT_EQ(WhyNot(PathGroups({Enabled(kFirst), Active(kSecond)}), MapWith("active ready running")),
            "it matches");
  EXPECT_EQ(WhyNot(PathGroups({Enabled(Faulty(kFirst, "offline")), Active(kSecond)}),
                   MapWith("failed faulty offline")),
            "it matches");
  EXPECT_EQ(WhyNot(PathGroups({Enabled(Faulty(kFirst, "running")), Active(kSecond)}),
                   MapWith("failed faulty running")),
            "it matches");
  EXPECT_EQ(WhyNot(PathGroups({Enabled(HeldBack(kFirst)), Active(kSecond)}),
                   MapWith("failed delayed running")),
            "it matches");
}

TEST(PathGroups, ShowTheActualGroups) {
  EXPECT_EQ(
      WhyNot(PathGroups({Enabled(kFirst), Active(kSecond)}), MapWith("failed faulty offline")),
      "whose path groups are [enabled: 3:0:1:0 failed faulty offline][active: 4:0:1:0 active "
      "ready running]");
  multipath::Map empty = MapWith("active ready running");
  empty.groups.clear();
  EXPECT_EQ(WhyNot(PathGroups({Active(kSecond)}), empty), "which has no path groups");
}

TEST(PathGroups, DifferInEveryState) {
  const auto healthy = PathGroups({Enabled(kFirst), Active(kSecond)});
  for (const char* states : {"failed ready running", "active faulty running",
                             "active ready offline", "active i/o pending running"}) {
    EXPECT_THAT(MapWith(states), Not(healthy)) << states;
  }
  EXPECT_THAT(MapWith("active ready running", "disabled"), Not(healthy));
  EXPECT_THAT(MapWith("failed faulty offline"),
              Not(PathGroups({Enabled(Faulty(kFirst, "running")), Active(kSecond)})));
}

TEST(PathGroups, AreAllGroupsInOrder) {
  const auto map = MapWith("active ready running");
  EXPECT_THAT(map, Not(PathGroups({Active(kSecond), Enabled(kFirst)})));
  EXPECT_THAT(map, Not(PathGroups({Active(kSecond)})));
  EXPECT_THAT(map, Not(PathGroups({Enabled(kFirst), Active(kSecond), Enabled(kFirst)})));
  EXPECT_THAT(map, Not(PathGroups({})));
  EXPECT_THAT(map, Not(PathGroups({Enabled(kFirst, kSecond)})));
}

TEST(PathGroups, MayHaveSeveralPathsOrNone) {
  multipath::Map map = MapWith("active ready running");
  map.groups[1].paths.push_back(map.groups[0].paths[0]);
  map.groups[0].paths.clear();
  EXPECT_THAT(map, PathGroups({Enabled(), Active(kSecond, kFirst)}));
  EXPECT_THAT(map, Not(PathGroups({Enabled(), Active(kFirst, kSecond)})));
  map.groups.clear();
  EXPECT_THAT(map, PathGroups({}));
}

/// A fixture's path: not a PathId, but convertible to one.
struct FakePath {
  operator PathId() const { return id; }  // NOLINT(google-explicit-constructor)
  PathId id;
};

TEST(PathGroups, TakeWhatConvertsToAPathId) {
  const FakePath first{kFirst};
  FakePath second{kSecond};
  multipath::Map map = MapWith("failed faulty offline");
  EXPECT_THAT(map, PathGroups({Enabled(Faulty(first, "offline")), Active(second)}));
  map.groups[1].paths.push_back(map.groups[0].paths[0]);
  map.groups.erase(map.groups.begin());
  EXPECT_THAT(map, PathGroups({Active(second, Faulty(first, "offline"))}));
  EXPECT_THAT(map, Not(PathGroups({Active(second, first)})));
}

TEST(PathGroups, IdentifyPathsByAddressAlone) {
  // A path that is added again gets another name from the kernel.
  multipath::Map map = MapWith("active ready running");
  map.groups[0].paths[0].device = "sdz";
  map.groups[0].paths[0].device_number = DeviceNumber{65, 144};
  EXPECT_THAT(map, PathGroups({Enabled(kFirst), Active(kSecond)}));
}

TEST(PathGroups, DescribeTheExpectedGroups) {
  EXPECT_EQ(DescribeMatcher<const multipath::Map&>(
                PathGroups({Enabled(Faulty(kFirst, "offline")), Active(kSecond)})),
            "path groups [enabled: 3:0:1:0 failed faulty offline][active: 4:0:1:0 active ready "
            "running]");
  EXPECT_EQ(DescribeMatcher<const multipath::Map&>(PathGroups({Active(kSecond)}), true),
            "other path groups than [active: 4:0:1:0 active ready running]");
  EXPECT_EQ(DescribeMatcher<const multipath::Map&>(PathGroups({})), "no path groups");
}

TEST(PathGroups, HaveGhostPaths) {
  EXPECT_THAT(MapWith("active ghost running"),
              PathGroups({Enabled(Ghost(kFirst)), Active(kSecond)}));
  EXPECT_THAT(MapWith("active ready running"),
              Not(PathGroups({Enabled(Ghost(kFirst)), Active(kSecond)})));
}

TEST(HasPriorities, ComparesThemInOrder) {
  multipath::Map map = MapWith("active ready running");
  map.groups[0].priority = 50;
  map.groups[1].priority = 10;
  EXPECT_THAT(map, HasPriorities({50, 10}));
  EXPECT_THAT(map, Not(HasPriorities({50})));
  ::testing::StringMatchResultListener listener;
  EXPECT_FALSE(::testing::ExplainMatchResult(HasPriorities({10, 50}), map, &listener));
  EXPECT_EQ(listener.str(), "whose path groups have the priorities 50 10");
}

TEST(TopologyMatchers, PrintTheMapInOneLine) {
  EXPECT_EQ(::testing::PrintToString(MapWith("active ready running")),
            "mpatha (36001405d0a1bace00014d75a15a74680) dm-0 features='1 queue_if_no_path' "
            "[enabled: 3:0:1:0 active ready running][active: 4:0:1:0 active ready running]");
}

}  // namespace
}  // namespace dualpath
