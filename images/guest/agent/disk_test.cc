#include "images/guest/agent/disk.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <filesystem>
#include <string>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::guest::agent {
namespace {

/// A fake sysfs and devtmpfs with SCSI devices.
class AgentDiskTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto directory = TemporaryDirectory::Create();
    ASSERT_TRUE(directory.ok()) << directory.error().ToString();
    directory_.emplace(std::move(directory).value());
    options_.sysfs_root = directory_->path() + "/sys";
    options_.dev_root = directory_->path() + "/dev";
  }

  std::string Device(const std::string& hctl) const {
    return options_.sysfs_root + "/bus/scsi/devices/" + hctl;
  }

  static void Write(const std::string& path, const std::string& text) {
    const Status written = WriteFileAtomically(path, text);
    ASSERT_TRUE(written.ok()) << written.error().ToString();
  }

  void AddDisk(const std::string& hctl, const std::string& name) {
    const std::string device = Device(hctl);
    Write(device + "/vendor", "LIO-ORG \n");
    Write(device + "/model", "storage         \n");
    Write(device + "/timeout", "30\n");
    Write(device + "/block/" + name + "/queue/scheduler", "none [mq-deadline]\n");
    Write(device + "/block/" + name + "/queue/logical_block_size", "512\n");
    Write(options_.dev_root + "/" + name, std::string(8192, 'x'));
  }

  DiskOptions options_;
  std::optional<TemporaryDirectory> directory_;
};

TEST_F(AgentDiskTest, FindsNothingWithoutDisks) { EXPECT_FALSE(FindDisk(options_)); }

TEST_F(AgentDiskTest, FindsTheLowestAddress) {
  AddDisk("10:0:0:0", "sda");
  AddDisk("2:0:0:1", "sdc");
  AddDisk("2:0:0:0", "sdd");
  Write(Device("0:0:0:0") + "/vendor", "a SCSI device without a block device");
  Write(Device("host0") + "/uevent", "");
  Write(Device("target0:0:0") + "/uevent", "");
  const auto found = FindDisk(options_);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->path, options_.dev_root + "/sdd");
  EXPECT_EQ(found->scsi_device, Device("2:0:0:0"));
}

TEST_F(AgentDiskTest, ADiskWithoutItsNodeIsNotFound) {
  Write(Device("0:0:0:0") + "/block/sda/size", "16\n");
  EXPECT_FALSE(FindDisk(options_));
}

TEST_F(AgentDiskTest, DescribesTheDiskBySysfsAndSize) {
  AddDisk("2:0:1:3", "sdb");
  const auto found = FindDisk(options_);
  ASSERT_TRUE(found);
  wire::DiskAnswer answer = *InquireDisk(*found);
  DescribeDisk(*found, answer);
  EXPECT_STREQ(answer.name, "sdb");
  EXPECT_EQ(answer.size_bytes, 8192U);
  EXPECT_EQ(answer.inquiry_bytes, 0U) << "a regular file has no INQUIRY data";
  EXPECT_EQ(answer.host, 2U);
  EXPECT_EQ(answer.target, 1U);
  EXPECT_EQ(answer.lun, 3U);
  EXPECT_STREQ(answer.vendor, "LIO-ORG");
  EXPECT_STREQ(answer.model, "storage");
  EXPECT_STREQ(answer.revision, "");
  EXPECT_STREQ(answer.scheduler, "mq-deadline");
  EXPECT_EQ(answer.logical_block_bytes, 512U);
  EXPECT_EQ(answer.timeout_seconds, 30U);
}

TEST_F(AgentDiskTest, FindsAVirtioDiskWithoutScsiDisks) {
  Write(options_.sysfs_root + "/block/loop0/size", "16\n");
  Write(options_.dev_root + "/loop0", "");
  Write(options_.sysfs_root + "/block/vda/queue/scheduler", "[none] mq-deadline\n");
  EXPECT_FALSE(FindDisk(options_)) << "no node yet";
  Write(options_.dev_root + "/vda", std::string(4096, 'x'));
  const auto found = FindDisk(options_);
  ASSERT_TRUE(found);
  wire::DiskAnswer answer = *InquireDisk(*found);
  DescribeDisk(*found, answer);
  EXPECT_STREQ(answer.name, "vda");
  EXPECT_EQ(answer.size_bytes, 4096U);
  EXPECT_EQ(answer.host, wire::kNoScsiHost);
  EXPECT_STREQ(answer.scheduler, "none");
  EXPECT_STREQ(answer.vendor, "");

  AddDisk("2:0:0:0", "sda");
  EXPECT_EQ(FindDisk(options_)->path, options_.dev_root + "/sda");
}

TEST_F(AgentDiskTest, AnotherDiskWithTheSameNameDiffers) {
  AddDisk("2:0:0:0", "sda");
  const auto first = FindDisk(options_);
  ASSERT_TRUE(first);
  EXPECT_TRUE(*first == *FindDisk(options_));
  // Kept, so that the file system cannot reuse its inode number.
  std::filesystem::rename(Device("2:0:0:0"), options_.sysfs_root + "/gone");
  AddDisk("2:0:0:0", "sda");
  EXPECT_FALSE(*first == *FindDisk(options_));
}

TEST_F(AgentDiskTest, TruncatesAnOverlongAttribute) {
  AddDisk("2:0:0:0", "sdb");
  Write(Device("2:0:0:0") + "/model", std::string(100, 'm'));
  const auto found = FindDisk(options_);
  ASSERT_TRUE(found);
  wire::DiskAnswer answer{};
  DescribeDisk(*found, answer);
  EXPECT_EQ(std::string(answer.model), std::string(sizeof(answer.model) - 1, 'm'));
}

TEST(OpenDisk, TheErrorNamesTheDisk) {
  const auto fd = OpenDisk("/no/such/disk");
  ASSERT_FALSE(fd.ok());
  EXPECT_EQ(fd.error().ToString(), "open disk: /no/such/disk: No such file or directory (errno 2)");
}

}  // namespace
}  // namespace dualpath::guest::agent
