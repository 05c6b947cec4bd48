// The running guest's disk is replaced with one of another kind.

#include <gmock/gmock.h>

#include "fixtures/rig_fixture.h"

namespace dualpath {
namespace {

using guest::DiskKind;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using DiskExchange = GuestTest;

TEST_F(DiskExchange, TheGuestSeesEachKindOfDisk) {
  guest::DiskOptions disk;
  disk.kind = DiskKind::kScsiHd;
  ASSERT_OK(guest().Use(disk));
  ASSERT_OK_AND_ASSIGN(const auto emulated, guest().Disk());
  EXPECT_EQ(emulated.vendor, "QEMU");
  EXPECT_EQ(emulated.model, "QEMU HARDDISK");
  EXPECT_EQ(emulated.size_bytes, rig().options().file_size);

  disk.kind = DiskKind::kVirtioBlk;
  ASSERT_OK(guest().Use(disk));
  ASSERT_OK_AND_ASSIGN(const auto without_scsi, guest().Disk());
  EXPECT_EQ(without_scsi.hctl, "");
  EXPECT_THAT(without_scsi.inquiry, IsEmpty());
  EXPECT_EQ(without_scsi.size_bytes, rig().options().file_size);

  disk.kind = DiskKind::kScsiGeneric;
  disk.scsi_device = rig().path(1).hctl();
  ASSERT_OK(guest().Use(disk));
  ASSERT_OK_AND_ASSIGN(const auto one_path, guest().Disk());
  EXPECT_EQ(one_path.vendor, "LIO-ORG");
  EXPECT_EQ(one_path.model, "storage");

  ASSERT_OK(guest().Use({}));
  ASSERT_OK_AND_ASSIGN(const auto passed_through, guest().Disk());
  EXPECT_EQ(passed_through.vendor, "LIO-ORG");
}

TEST_F(DiskExchange, IsRefusedWhileIoRuns) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  guest::DiskOptions disk;
  disk.kind = DiskKind::kScsiHd;
  EXPECT_THAT(guest().Use(disk), FailsWith(HasSubstr("a run of I/O has not ended")));
  ASSERT_OK(io.AwaitGoodCompletions(1));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, CompletedWithoutErrors());
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

}  // namespace
}  // namespace dualpath
