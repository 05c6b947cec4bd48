// The same faults under other disks than scsi-block on the map: who masks a lost path, and who has
// only one.

#include <gmock/gmock.h>

#include <cerrno>

#include "fixtures/disk_fault_fixture.h"

namespace dualpath {
namespace {

using guest::DiskKind;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using DiskExchange = GuestTest;

TEST_F(DiskExchange, TheGuestMeetsEachDiskForWhatItIs) {
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
  EXPECT_THAT(guest().Use(disk), FailsWith(HasSubstr("the run of I/O is not over")));
  ASSERT_OK(io.AwaitGoodCompletions(1));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, CompletedWithoutErrors());
}

class Peers : public ActiveOfflineTest {
 protected:
  /// QEMU's reads and writes of the map are dm-multipath's own, which tries the other path.
  void ExpectTheMapMasksIt(DiskKind kind) {
    ASSERT_OK_AND_ASSIGN(auto io, StartWritesOn(OnMap(kind)));
    ASSERT_OK(SetActiveOffline());
    EXPECT_THAT(log(), EventuallyLogs(KernelFails(path(0))));
    ASSERT_OK(io.AwaitGoodCompletions(3));
    EXPECT_THAT(topology(),
                Eventually(PathGroups({Enabled(Faulty(path(0), "offline")), Active(path(1))})));
    ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
    EXPECT_THAT(report, CompletedWithoutErrors());
    EXPECT_THAT(guest().events(), Eventually(ReportsNoIoError()));
    EXPECT_THAT(guest().state(), Eventually(IsRunning()));
    EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
    Record(report);
  }
};

TEST_F(Peers, ScsiHdOnTheMapDoesNotSeeALostPath) { ExpectTheMapMasksIt(DiskKind::kScsiHd); }

TEST_F(Peers, VirtioBlkOnTheMapDoesNotSeeALostPath) { ExpectTheMapMasksIt(DiskKind::kVirtioBlk); }

TEST_F(Peers, ScsiGenericFailsForAsLongAsItsPathIsLost) {
  ASSERT_OK_AND_ASSIGN(const auto disk, OnPath(DiskKind::kScsiGeneric));
  ASSERT_OK_AND_ASSIGN(auto io, StartWritesOn(disk));
  ASSERT_OK(SetActiveOffline());
  EXPECT_THAT(log(), EventuallyLogs(KernelFails(path(0)))) << "which helps this disk nothing";
  ASSERT_OK(io.AwaitFailures(3));

  ASSERT_OK(rig().path(0).SetRunning());
  ASSERT_OK(io.AwaitGoodCompletions(3));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, HasPhases({Good().StartedBefore(fault()), Failing(EIO), Good()}));
  EXPECT_THAT(guest().events(), Eventually(ReportsNoIoError())) << "it has no policy to ask";
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
  Record(report);
}

TEST_F(Peers, ScsiBlockOnOnePathFailsForAsLongAsItsPathIsLost) {
  ASSERT_OK_AND_ASSIGN(const auto disk, OnPath(DiskKind::kScsiBlock));
  ASSERT_OK_AND_ASSIGN(auto io, StartWritesOn(disk));
  ASSERT_OK(SetActiveOffline());
  EXPECT_THAT(log(), EventuallyLogs(KernelFails(path(0)))) << "which helps this disk nothing";
  ASSERT_OK(io.AwaitFailures(3));

  ASSERT_OK(rig().path(0).SetRunning());
  ASSERT_OK(io.AwaitGoodCompletions(3));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, HasPhases({Good().StartedBefore(fault()), Failing(EIO), Good()}));
  if (capabilities().applies_error_policies_to_host_status) {
    EXPECT_THAT(guest().events(), Eventually(ReportsIoErrors(OnError::kReport)));
  } else {
    EXPECT_THAT(guest().events(), Eventually(ReportsNoIoError()));
  }
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
  Record(report);
}

class PeersQueueingOver : public QueueingOverTest {
 protected:
  Result<IoRun> LoseAllPathsUnder(const guest::DiskOptions& disk) {
    DUALPATH_TRY(auto io, StartWritesOn(disk));
    DUALPATH_TRY_STATUS(SetBothOffline());
    ExpectBothFaulty();
    DUALPATH_TRY_STATUS(io.AwaitFailures(3));
    return io;
  }

  void ExpectItFailedUntilNow(IoRun& io) {
    ASSERT_OK(SetBothRunning());
    ExpectBothReady();
    ASSERT_OK(io.AwaitGoodCompletions(3));
    ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
    EXPECT_THAT(report, HasPhases({Good().StartedBefore(fault()), Failing(EIO), Good()}));
    EXPECT_THAT(guest().state(), Eventually(IsRunning()));
    EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
    Record(report);
  }
};

TEST_F(PeersQueueingOver, ScsiHdOnTheMapFailsUntilAPathIsBack) {
  ASSERT_OK_AND_ASSIGN(auto io, LoseAllPathsUnder(OnMap(DiskKind::kScsiHd)));
  EXPECT_THAT(guest().events(), Eventually(ReportsIoErrors(OnError::kReport)));
  ExpectItFailedUntilNow(io);
}

TEST_F(PeersQueueingOver, VirtioBlkOnTheMapFailsUntilAPathIsBack) {
  ASSERT_OK_AND_ASSIGN(auto io, LoseAllPathsUnder(OnMap(DiskKind::kVirtioBlk)));
  EXPECT_THAT(guest().events(), Eventually(ReportsIoErrors(OnError::kReport)));
  ExpectItFailedUntilNow(io);
}

TEST_F(PeersQueueingOver, ScsiGenericFailsUntilItsPathIsBack) {
  ASSERT_OK_AND_ASSIGN(const auto disk, OnPath(DiskKind::kScsiGeneric));
  ASSERT_OK_AND_ASSIGN(auto io, LoseAllPathsUnder(disk));
  EXPECT_THAT(guest().events(), Eventually(ReportsNoIoError())) << "it has no policy to ask";
  ExpectItFailedUntilNow(io);
}

TEST_F(PeersQueueingOver, ScsiBlockOnOnePathFailsUntilItsPathIsBack) {
  ASSERT_OK_AND_ASSIGN(const auto disk, OnPath(DiskKind::kScsiBlock));
  ASSERT_OK_AND_ASSIGN(auto io, LoseAllPathsUnder(disk));
  if (capabilities().applies_error_policies_to_host_status) {
    EXPECT_THAT(guest().events(), Eventually(ReportsIoErrors(OnError::kReport)));
  } else {
    EXPECT_THAT(guest().events(), Eventually(ReportsNoIoError()));
  }
  ExpectItFailedUntilNow(io);
}

}  // namespace
}  // namespace dualpath
