// What udev's database says of the map and its paths, which systemd, LVM and fstab go by.

#include "fixtures/rig_fixture.h"
#include "helpers/observe/udev_device.h"

namespace dualpath {
namespace {

using observe::UdevDevice;
using std::chrono::seconds;
using ::testing::Field;
using ::testing::IsSupersetOf;

class Udev : public RigTest {
 protected:
  Observable<UdevDevice> map_in_udev() {
    return {"udev's database of " + rig().map(),
            [this] { return observe::ReadUdevDevice(rig().MapDevice()); }};
  }

  Observable<UdevDevice> path_in_udev(std::size_t index) {
    return {"udev's database of path " + std::to_string(index),
            [this, index]() -> Result<UdevDevice> {
              DUALPATH_TRY(const std::string device, rig().path(index).disk().DevicePath());
              return observe::ReadUdevDevice(device);
            }};
  }

  /// The links by the map's name, its UUID and its unit's identifier (11-dm-mpath.rules,
  /// 60-persistent-storage-dm.rules).
  auto HasTheMapsLinks() {
    const std::string by_id = "/dev/disk/by-id/";
    return Field("links", &UdevDevice::links,
                 IsSupersetOf({rig().MapDevice(), by_id + "dm-name-" + rig().map(),
                               by_id + "dm-uuid-mpath-" + rig().wwid(),
                               by_id + "wwn-0x" + rig().wwid().substr(1)}));
  }

  /// Set by "multipath -u" (11-dm-mpath.rules): systemd is not to use the disk itself.
  static auto BelongsToAMap() {
    using Property = std::pair<const std::string, std::string>;
    return Field(
        "properties", &UdevDevice::properties,
        IsSupersetOf({Property("DM_MULTIPATH_DEVICE_PATH", "1"), Property("SYSTEMD_READY", "0")}));
  }
};

// udev cannot read the disk then: the rules keep what they knew.
// Catalogue: N1
TEST_F(Udev, TheMapKeepsItsLinksThroughTheLossOfAllPaths) {
  EXPECT_THAT(map_in_udev(), Eventually(HasTheMapsLinks()));

  ASSERT_OK(rig().path(0).SetOffline());
  ASSERT_OK(rig().path(1).SetOffline());
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(Faulty(rig().path(0), "offline")),
                                                 Enabled(Faulty(rig().path(1), "offline"))})));
  EXPECT_THAT(map_in_udev(), StaysSo(HasTheMapsLinks(), seconds(10)));
  EXPECT_THAT(log(), EventuallyLogs(DisablesQueueing(rig().map())));
  EXPECT_THAT(map_in_udev(), StaysSo(HasTheMapsLinks(), seconds(10)));

  ASSERT_OK(rig().path(0).SetRunning());
  ASSERT_OK(rig().path(1).SetRunning());
  EXPECT_THAT(log(), EventuallyLogs(RecoversToNormal(rig().map())));
  EXPECT_THAT(map_in_udev(), StaysSo(HasTheMapsLinks(), seconds(10)));
}

// Catalogue: N1
TEST_F(Udev, ARescannedPathIsNotForUseByItself) {
  for (const std::size_t index : {0, 1}) {
    EXPECT_THAT(path_in_udev(index), Eventually(BelongsToAMap()));
  }
  const PathId deleted = rig().path(1);
  ASSERT_OK(rig().path(1).Delete());
  EXPECT_THAT(log(), EventuallyLogs(RemovesPath(rig().map(), deleted)));

  ASSERT_OK(rig().path(1).Rescan());

  EXPECT_THAT(path_in_udev(1), Eventually(BelongsToAMap()));
  EXPECT_THAT(log(), EventuallyLogs(AddsPath(rig().map(), rig().path(1))));
}

}  // namespace
}  // namespace dualpath
