// An array unmaps a LUN and maps another volume under its number, while the disk of the path stays:
// the map must not write to the other volume.
//
// Labels of LunReuse.AReplacedLunGetsNoWrite: known-issue

#include "fixtures/iscsi_fixture.h"

namespace dualpath {
namespace {

using LunReuse = IscsiTest;

// SCSI reports a changed inventory as a unit attention on the other LUNs of the session, and a
// session may have none. multipathd then compares no WWID: the path was never down.
TEST_F(LunReuse, AReplacedLunGetsNoWrite) {
  RecordKnownIssue("https://github.com/opensvc/multipath-tools/issues/105",
                   "all versions, without recheck_wwid or with a path that was never down: the map "
                   "writes to the unit that replaced the path's");
  ASSERT_OK_AND_ASSIGN(const ForeignUnit foreign, CreateForeignUnit());
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK(rig().path(1).ReplaceLun(foreign.backstore));
  ASSERT_OK(rig().AwaitCheck(1));
  ASSERT_OK(rig().path(0).SetOffline());
  ASSERT_THAT(log(), EventuallyLogs(KernelFails(rig().path(0))));
  ASSERT_OK(io.AwaitGoodCompletions());

  EXPECT_OK(foreign.IsUnchanged());
  EXPECT_OK(io.Stop());
}

class LunReuseWithRecheck : public IscsiTest {
 protected:
  RigOptions Options() const override {
    RigOptions options = IscsiTest::Options();
    options.multipath.unchecked_defaults = {"recheck_wwid yes"};
    return options;
  }
};

// multipath.conf(5), recheck_wwid: when a failed path is restored, its WWID is read again.
// Catalogue: B2
TEST_F(LunReuseWithRecheck, ALunReplacedWhileItsPathIsDownIsTakenOutOfTheMap) {
  ASSERT_OK_AND_ASSIGN(const ForeignUnit foreign, CreateForeignUnit());
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  const PathId replaced = rig().path(1);

  ASSERT_OK(rig().path(1).UnmapLun());
  ASSERT_THAT(
      topology(),
      Eventually(PathGroups({Active(rig().path(0)), Enabled(Faulty(rig().path(1), "running"))})));
  ASSERT_OK(rig().path(1).MapLun(foreign.backstore));
  EXPECT_THAT(log(), EventuallyLogs(LineContaining("path wwid change detected")));
  EXPECT_THAT(log(), EventuallyLogs(RemovesPath(rig().map(), replaced)));
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(0))})));

  ASSERT_OK(rig().path(0).SetOffline());
  ASSERT_THAT(log(), EventuallyLogs(KernelFails(rig().path(0))));
  ASSERT_OK(io.AwaitHeld());
  EXPECT_OK(foreign.IsUnchanged());

  ASSERT_OK(rig().path(0).SetRunning());
  ASSERT_OK(io.AwaitGoodCompletions());
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
  EXPECT_OK(foreign.IsUnchanged());
}

}  // namespace
}  // namespace dualpath
