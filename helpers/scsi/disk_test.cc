#include "helpers/scsi/disk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <optional>
#include <thread>
#include <utility>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/scsi/host.h"

namespace dualpath::scsi {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

/// A directory that looks like /sys with one disk at 3:0:1:0.
class DiskTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto directory = TemporaryDirectory::Create();
    ASSERT_TRUE(directory.ok()) << directory.error().ToString();
    directory_.emplace(std::move(*directory));
    sysfs_ = directory_->path();
    Put("vendor", "LIO-ORG \n");
    Put("model", "storage         \n");
    Put("state", "running\n");
    Put("access_state", "active/optimized\n");
    Put("delete", "");
    Put("block/sdb/dev", "8:16\n");
    Put("block/sdb/size", "2097152\n");
  }

  std::string Device() const { return sysfs_ + "/bus/scsi/devices/3:0:1:0"; }
  void Put(const std::string& name, const std::string& content) const {
    ASSERT_TRUE(WriteFileAtomically(Device() + "/" + name, content).ok());
  }

  std::optional<TemporaryDirectory> directory_;
  std::string sysfs_;
};

TEST_F(DiskTest, ReadsItsAttributesTrimmed) {
  const Disk disk(Hctl{3, 0, 1, 0}, sysfs_);
  EXPECT_EQ(*disk.Vendor(), "LIO-ORG");
  EXPECT_EQ(*disk.Model(), "storage");
  EXPECT_EQ(*disk.State(), "running");
  EXPECT_EQ(*disk.AccessState(), "active/optimized");
  EXPECT_EQ(*disk.SizeBytes(), 1073741824U);
  EXPECT_EQ(*disk.BlockName(), "sdb");
  EXPECT_EQ(*disk.DevicePath(), "/dev/sdb");
  EXPECT_EQ(disk.DeviceNumber()->ToString(), "8:16");
}

TEST_F(DiskTest, FollowsItsBlockDeviceToAnotherLetter) {
  const Disk disk(Hctl{3, 0, 1, 0}, sysfs_);
  ASSERT_EQ(*disk.BlockName(), "sdb");
  std::filesystem::rename(Device() + "/block/sdb", Device() + "/block/sdq");
  EXPECT_EQ(*disk.BlockName(), "sdq");
  EXPECT_EQ(*disk.SizeBytes(), 1073741824U);
}

TEST_F(DiskTest, HasAGenericNodeAlsoWithoutABlockDevice) {
  const Disk disk(Hctl{3, 0, 1, 0}, sysfs_);
  EXPECT_EQ(disk.GenericPath().error().ToString(),
            "look up sgN: 3:0:1:0: the device has no SCSI generic node; is the module sg loaded?");
  Put("scsi_generic/sg2/dev", "21:2\n");
  std::filesystem::remove_all(Device() + "/block");
  EXPECT_EQ(*disk.GenericPath(), "/dev/sg2");
  EXPECT_FALSE(disk.DevicePath().ok());
  EXPECT_EQ(Disk(Hctl{9, 0, 1, 0}, sysfs_).GenericPath().error().error_number(), ENODEV);
}

TEST_F(DiskTest, UnbindsItsBlockDriver) {
  const Disk disk(Hctl{3, 0, 1, 0}, sysfs_);
  EXPECT_THAT(disk.UnbindBlockDriver().error().operation(),
              HasSubstr("unbind the sd driver from 3:0:1:0"));
  const std::string unbind = sysfs_ + "/bus/scsi/drivers/sd/unbind";
  ASSERT_TRUE(WriteFileAtomically(unbind, "").ok());
  ASSERT_TRUE(disk.UnbindBlockDriver().ok());
  EXPECT_EQ(*ReadFile(unbind), "3:0:1:0");
}

TEST_F(DiskTest, WritesTheSysfsAttributes) {
  const Disk disk(Hctl{3, 0, 1, 0}, sysfs_);
  ASSERT_TRUE(disk.Delete().ok());
  EXPECT_EQ(*ReadFile(Device() + "/delete"), "1");
  ASSERT_TRUE(disk.SetState("offline").ok());
  EXPECT_THAT(*ReadFile(Device() + "/state"), ::testing::StartsWith("offline"));
}

TEST_F(DiskTest, ReturnsEnodevAfterItIsDeleted) {
  const Disk disk(Hctl{3, 0, 1, 0}, sysfs_);
  std::filesystem::remove_all(Device());
  EXPECT_FALSE(disk.Exists());
  EXPECT_EQ(disk.State().error().ToString(), "find disk: 3:0:1:0: No such device (errno 19)");
  EXPECT_THAT(disk.Delete().error().ToString(), HasSubstr("delete disk 3:0:1:0: write \"1\": "));
}

TEST_F(DiskTest, ReportsAMissingBlockDevice) {
  std::filesystem::remove_all(Device() + "/block");
  const Disk disk(Hctl{3, 0, 1, 0}, sysfs_);
  EXPECT_TRUE(disk.Exists());
  EXPECT_EQ(disk.DevicePath().error().ToString(),
            "look up sdX: 3:0:1:0: the device has no block device");
}

TEST_F(DiskTest, RejectsASizeThatIsNotANumber) {
  Put("block/sdb/size", "big\n");
  EXPECT_THAT(Disk(Hctl{3, 0, 1, 0}, sysfs_).SizeBytes().error().ToString(),
              HasSubstr("\"big\" is not a number"));
}

TEST_F(DiskTest, CountsCompletedCommands) {
  const Disk disk(Hctl{3, 0, 1, 0}, sysfs_);
  Put("iodone_cnt", "0x1af\n");
  EXPECT_EQ(*disk.IoCount(), 431U);
  for (const char* bad : {"0x\n", "0xzz\n", "many\n", ""}) {
    Put("iodone_cnt", bad);
    EXPECT_THAT(disk.IoCount().error().ToString(), HasSubstr("is not a number")) << bad;
  }
  std::filesystem::remove_all(Device());
  EXPECT_EQ(disk.IoCount().error().error_number(), ENODEV);
}

TEST_F(DiskTest, CountsCommandsInFlight) {
  const Disk disk(Hctl{3, 0, 1, 0}, sysfs_);
  Put("device_busy", "3\n");
  EXPECT_EQ(*disk.InFlight(), 3U);
  Put("device_busy", "few\n");
  EXPECT_THAT(disk.InFlight().error().ToString(), HasSubstr("is not a number"));
  std::filesystem::remove_all(Device());
  EXPECT_EQ(disk.InFlight().error().error_number(), ENODEV);
}

TEST_F(DiskTest, AwaitReturnsOnceTheBlockDeviceExists) {
  std::filesystem::rename(Device() + "/block", Device() + "/later");
  std::thread prober([&] { std::filesystem::rename(Device() + "/later", Device() + "/block"); });
  const auto disk = Disk::Await(Hctl{3, 0, 1, 0}, Deadline::In(seconds(10)), sysfs_);
  prober.join();
  ASSERT_TRUE(disk.ok()) << disk.error().ToString();
  EXPECT_EQ(*disk->BlockName(), "sdb");
}

TEST_F(DiskTest, AwaitNamesTheMissingDiskWhenTheDeadlineExpires) {
  const auto disk = Disk::Await(Hctl{9, 0, 1, 0}, Deadline::InUnscaled(milliseconds(1)), sysfs_);
  ASSERT_FALSE(disk.ok());
  EXPECT_THAT(disk.error().ToString(),
              HasSubstr("wait for disk: 9:0:1:0: deadline expired; last seen: find disk: 9:0:1:0"));
}

TEST_F(DiskTest, RescanScansTheWholeHost) {
  const std::string scan = sysfs_ + "/class/scsi_host/host3/scan";
  ASSERT_TRUE(WriteFileAtomically(scan, "").ok());
  ASSERT_TRUE(Rescan(3, sysfs_).ok());
  EXPECT_EQ(*ReadFile(scan), "- - -");
  EXPECT_THAT(Rescan(4, sysfs_).error().ToString(),
              HasSubstr("rescan SCSI host 4: write \"- - -\": "));
}

}  // namespace
}  // namespace dualpath::scsi
