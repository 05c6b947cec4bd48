// The article's session, with its commands verbatim.
//
// The exceptions are device names and host numbers, which the case looks up, and
// /etc/multipath.conf, which needs three additions to build the article's map with newer versions:
//   - find_multipaths: Debian's default ("strict") ignores paths of an unknown WWID;
//   - overrides: the built-in entry for LIO-ORG (no_path_retry 12, alua, group_by_prio) takes
//     precedence over `defaults` since 0.8;
//   - blacklist: the lab's disk is not called sda.

#include "cases/article_session.h"
#include "fixtures/path.h"
#include "fixtures/rig_fixture.h"
#include "helpers/host/place.h"
#include "helpers/lio/inventory.h"
#include "helpers/multipath/topology_parser.h"

namespace dualpath {
namespace {

using ::testing::SizeIs;

constexpr char kFirstPath[] = "naa.5001405f01234ba3";
constexpr char kSecondPath[] = "naa.500230567123438b";

constexpr char kArticlesConf[] = R"(defaults {
    user_friendly_names yes
    no_path_retry 10
    find_multipaths no
}
overrides {
    no_path_retry 10
    path_grouping_policy failover
    prio const
    detect_prio no
    failback manual
}
blacklist {
    devnode "vda"
}
)";

class Article : public RigTest {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(const host::Place place, host::CurrentPlace());
    if (place == host::Place::kHost) {
      GTEST_SKIP() << "the article's commands replace the host's /etc/multipath.conf, flush all of "
                      "its maps and write to /home/opc. Run this case in the lab: "
                      "./ci/cases -- -R Article";
    }
    RigTest::SetUp();
  }
  /// Returns the only map in the output of `multipath -ll`.
  static Result<multipath::Map> MapIn(const std::string& multipath_ll) {
    const multipath::Topology topology = multipath::ParseTopology(multipath_ll);
    if (topology.maps.size() == 1) return topology.maps[0];
    return Error::Because("find one map", "in the output of multipath -ll", multipath_ll);
  }

  Observable<multipath::Map> MultipathLl(ArticleSession& session) {
    return {"multipath -ll", [&session]() -> Result<multipath::Map> {
              DUALPATH_TRY(const std::string output, session.Type("multipath -ll"));
              return MapIn(output);
            }};
  }
};

// Catalogue: E12
TEST_F(Article, CommandsBuildTheSameRigAndFailOver) {
  ASSERT_OK_AND_ASSIGN(lio::Inventory ours, lio::Inventory::Take());
  ASSERT_OK_AND_ASSIGN(multipath::Map our_map, rig().Topology());
  ASSERT_OK_AND_ASSIGN(const dm::MultipathTable our_table, rig().Table());
  ASSERT_OK_AND_ASSIGN(ArticleSession root, ArticleSession::Begin());

  // Create Two Paths
  ASSERT_OK(root.Type("dd if=/dev/zero of=storage.raw bs=1M count=1024"));
  ASSERT_OK(root.Type(
      "targetcli /backstores/fileio create name=storage file_or_dev=/home/opc/storage.raw"));
  ASSERT_OK(root.Type("targetcli /loopback create naa.5001405f01234ba3"));
  ASSERT_OK(
      root.Type("targetcli /loopback/naa.5001405f01234ba3/luns create /backstores/fileio/storage"));
  ASSERT_OK(root.Type("targetcli /loopback create naa.500230567123438b"));
  ASSERT_OK(
      root.Type("targetcli /loopback/naa.500230567123438b/luns create /backstores/fileio/storage"));

  RigOptions names;
  names.naa = {kFirstPath, kSecondPath};
  ASSERT_OK_AND_ASSIGN(const auto first_target, Transport::Open(names, 0));
  ASSERT_OK_AND_ASSIGN(const auto second_target, Transport::Open(names, 1));
  ASSERT_OK_AND_ASSIGN(Path first, Path::Of(first_target));
  ASSERT_OK_AND_ASSIGN(Path second, Path::Of(second_target));
  ASSERT_OK_AND_ASSIGN(const std::string lsscsi, root.Type("lsscsi"));
  for (const Path& path : {first, second}) {
    EXPECT_THAT(lsscsi,
                ::testing::ContainsRegex(path.hctl().ToString() + "[]] +disk +LIO-ORG +storage"));
  }

  // Setup multipath
  ASSERT_OK(root.WriteMultipathConf(kArticlesConf));
  ASSERT_OK(root.Type("systemctl start multipathd"));
  EXPECT_THAT(MultipathLl(root), Eventually(PathGroups({Enabled(first), Enabled(second)})));

  // The article's rig equals ours, except for the serial number, which targetcli generates, and the
  // directory of the backing file.
  ASSERT_OK_AND_ASSIGN(const lio::Inventory theirs, lio::Inventory::Take());
  ASSERT_THAT(theirs.backstores, SizeIs(1));
  ASSERT_THAT(ours.backstores, SizeIs(1));
  ours.backstores[0].serial = theirs.backstores[0].serial;
  ours.backstores[0].file = theirs.backstores[0].file;
  EXPECT_EQ(ours, theirs);
  ASSERT_OK_AND_ASSIGN(const std::string output, root.Type("multipath -ll"));
  ASSERT_OK_AND_ASSIGN(const multipath::Map their_map, MapIn(output));
  EXPECT_EQ(their_map.features, our_map.features);
  EXPECT_EQ(their_map.hwhandler, our_map.hwhandler);
  EXPECT_EQ(their_map.size, our_map.size);
  EXPECT_EQ(their_map.vendor, our_map.vendor);
  EXPECT_EQ(their_map.product, our_map.product);
  ASSERT_THAT(their_map.groups, SizeIs(2));
  EXPECT_EQ(their_map.groups[0].policy, our_map.groups[0].policy);
  EXPECT_EQ(their_map.groups[0].priority, our_map.groups[0].priority);

  // Failover. A path group becomes active with the first I/O, which comes from the guest in the
  // article and from dd here.
  const std::string io =
      "dd if=/dev/mapper/" + their_map.alias + " of=/dev/null bs=4k count=1 iflag=direct";
  ASSERT_OK(root.Type("udevadm settle"));
  ASSERT_OK(root.Type(io));
  EXPECT_THAT(MultipathLl(root), Eventually(PathGroups({Active(first), Enabled(second)})));
  ASSERT_OK(MarkLog());
  const PathId deleted = first;
  ASSERT_OK(root.Echo("1", "/sys/block/" + deleted.device + "/device/delete"));
  EXPECT_THAT(MultipathLl(root), Eventually(PathGroups({Enabled(second)})));
  ASSERT_OK(root.Type(io));
  EXPECT_THAT(MultipathLl(root), Eventually(PathGroups({Active(second)})));
  EXPECT_THAT(log(),
              EventuallyLogs(LineContaining("[" + deleted.device + "] Synchronizing SCSI cache")));
  EXPECT_THAT(log(), EventuallyLogs(LoadsTable(their_map.alias, {{second}})));
  EXPECT_THAT(log(), EventuallyLogs(RemovesPath(their_map.alias, deleted)));

  // To recover
  const unsigned host = first.hctl().host;
  ASSERT_OK(root.Echo("- - -", "/sys/class/scsi_host/host" + std::to_string(host) + "/scan"));
  ASSERT_TRUE(first.disk().Exists()) << "a scan returns only after the disk has been added";
  ASSERT_OK(first.AwaitNewDisk());
  EXPECT_THAT(log(), EventuallyLogs(AddsPath(their_map.alias, first)));
  ASSERT_OK(root.Type(io));
  EXPECT_THAT(MultipathLl(root), Eventually(PathGroups({Active(second), Enabled(first)})));

  EXPECT_OK(root.End());
}

}  // namespace
}  // namespace dualpath
