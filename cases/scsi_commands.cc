// Results of individual SCSI commands that the guest sends through scsi-block and the map. Most
// come from LIO, some from QEMU or from the host's kernel.

#include <algorithm>
#include <cerrno>
#include <cstdint>

#include "fixtures/capabilities_fixture.h"
#include "helpers/scsi/command.h"
#include "helpers/scsi/direct_io.h"
#include "helpers/scsi/inquiry.h"
#include "helpers/scsi/persistent_reservation.h"
#include "helpers/scsi/reports.h"
#include "helpers/scsi/sg_io.h"
#include "helpers/scsi/vpd.h"

namespace dualpath {
namespace {

using scsi::Bytes;
using scsi::Command;
using scsi::Completion;
using scsi::kBlockBytes;
using scsi::SenseKey;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr std::uint64_t kLba = 65536;  // 32 MiB: not used by any other I/O
constexpr std::uint8_t kUnitSerialPage = 0x80;
constexpr std::uint8_t kIdentificationPage = 0x83;

/// Returns data that differs between blocks and between seeds.
Bytes Pattern(std::size_t blocks, unsigned seed) {
  Bytes data(blocks * kBlockBytes);
  for (std::size_t i = 0; i < data.size(); ++i) {
    data[i] = static_cast<std::uint8_t>(seed + i + i / kBlockBytes * 31);
  }
  return data;
}

/// Matches the sense data that QEMU generates for an SG_IO that failed with an errno that has no
/// mapping.
CompletionMatcher IsAborted() { return EndsWithSense(SenseKey::kAbortedCommand, 0x00, 0x06); }

class ScsiCommands : public GuestTest {
 protected:
  /// Sends the command from this machine to the active path.
  Result<Completion> OnPath(const Command& command) {
    DUALPATH_TRY(const std::string device, rig().path(0).disk().DevicePath());
    return scsi::Execute(device, command);
  }

  /// Sends the command in the guest and returns its data.
  Result<Bytes> DataInGuest(const Command& command) {
    DUALPATH_TRY(const Completion completion, guest().Execute(command));
    if (completion.Ok()) return completion.data;
    return Error::Because("execute in the guest", command.name, completion.ToString());
  }

  /// Returns these blocks of storage.raw.
  Result<Bytes> Stored(std::uint64_t lba, std::size_t blocks) {
    DUALPATH_TRY(const std::string text,
                 scsi::ReadDirect(storage().path, lba * kBlockBytes, blocks * kBlockBytes));
    return Bytes(text.begin(), text.end());
  }

  /// Returns whether the kernel rejects the command from QEMU, which lacks CAP_SYS_RAWIO. Sends it
  /// without that capability.
  Result<bool> KernelRejects(const Command& command) {
    DUALPATH_TRY(const std::string device, rig().path(0).disk().DevicePath());
    DUALPATH_TRY(const Completion completion, scsi::ExecuteWithoutRawIo(device, command));
    return completion.error_number == EPERM;
  }

  std::uint64_t Blocks() { return rig().options().file_size / kBlockBytes; }
};

TEST_F(ScsiCommands, InquiryReturnsThePathsData) {
  for (const Command& command : {scsi::StandardInquiry(), scsi::VpdInquiry(kUnitSerialPage),
                                 scsi::VpdInquiry(kIdentificationPage),
                                 scsi::VpdInquiry(scsi::kBlockDeviceCharacteristicsPage),
                                 scsi::VpdInquiry(scsi::kLogicalBlockProvisioningPage)}) {
    ASSERT_OK_AND_ASSIGN(const Completion on_path, OnPath(command));
    ASSERT_THAT(on_path, Succeeded());
    EXPECT_THAT(guest().Execute(command), EndsAs(on_path));
  }
  ASSERT_OK_AND_ASSIGN(const Bytes inquired, DataInGuest(scsi::StandardInquiry()));
  ASSERT_OK_AND_ASSIGN(const auto inquiry, scsi::ParseStandardInquiry(inquired));
  EXPECT_EQ(inquiry.vendor, "LIO-ORG");
  EXPECT_EQ(inquiry.product, "storage");
}

TEST_F(ScsiCommands, TheUnitHasTheMapsWwid) {
  ASSERT_OK_AND_ASSIGN(const Bytes page, DataInGuest(scsi::VpdInquiry(kIdentificationPage)));
  ASSERT_OK_AND_ASSIGN(const std::string naa, scsi::ParseNaaDesignator(page));
  EXPECT_EQ(scsi::WwidFromNaa(naa), rig().wwid());
}

TEST_F(ScsiCommands, BlockLimitsMatchThePathExceptForTheTransferLimit) {
  const Command command = scsi::VpdInquiry(scsi::kBlockLimitsPage);
  ASSERT_OK_AND_ASSIGN(const Completion on_path, OnPath(command));
  ASSERT_OK_AND_ASSIGN(const auto of_path, scsi::ParseBlockLimitsPage(on_path.data));
  ASSERT_OK_AND_ASSIGN(const Bytes page, DataInGuest(command));
  ASSERT_OK_AND_ASSIGN(const auto limits, scsi::ParseBlockLimitsPage(page));
  // QEMU replaces the device's limit with its own if that is lower.
  EXPECT_GT(limits.maximum_transfer, 0U);
  EXPECT_LE(limits.maximum_transfer, of_path.maximum_transfer);
  EXPECT_EQ(limits.optimal_transfer, std::min(of_path.optimal_transfer, limits.maximum_transfer));
  EXPECT_EQ(limits.maximum_unmap_blocks, of_path.maximum_unmap_blocks);
  EXPECT_EQ(limits.maximum_unmap_descriptors, of_path.maximum_unmap_descriptors);
  EXPECT_EQ(limits.maximum_write_same, of_path.maximum_write_same);
}

TEST_F(ScsiCommands, TheUnitIsReadyAndReportsNoSense) {
  EXPECT_THAT(guest().Execute(scsi::TestUnitReady()), Succeeded());
  ASSERT_OK_AND_ASSIGN(const Bytes data, DataInGuest(scsi::RequestSense()));
  ASSERT_OK_AND_ASSIGN(const auto sense, scsi::Sense::Parse(data));
  EXPECT_EQ(sense, (scsi::Sense{SenseKey::kNoSense, 0, 0, false}));
}

TEST_F(ScsiCommands, TheTargetHasOneUnit) {
  ASSERT_OK_AND_ASSIGN(const Bytes data, DataInGuest(scsi::ReportLuns()));
  ASSERT_OK_AND_ASSIGN(const auto luns, scsi::ParseLuns(data));
  EXPECT_THAT(luns, ElementsAre(0U));
}

// Catalogue: F1
TEST_F(ScsiCommands, BothPathsArePortsOfOneOptimizedGroup) {
  const Command command = scsi::ReportTargetPortGroups();
  ASSERT_OK_AND_ASSIGN(const Completion on_path, OnPath(command));
  EXPECT_THAT(guest().Execute(command), EndsAs(on_path));
  ASSERT_OK_AND_ASSIGN(const auto groups, scsi::ParseTargetPortGroups(on_path.data));
  EXPECT_THAT(groups, ElementsAre(AllOf(
                          Field(&scsi::TargetPortGroup::state, scsi::AluaState::kActiveOptimized),
                          Field(&scsi::TargetPortGroup::ports, SizeIs(2)))));
}

TEST_F(ScsiCommands, WritesAreReadBackAndReachStorageRaw) {
  constexpr std::uint16_t kEach = 8;
  const Bytes first = Pattern(kEach, 1);
  const Bytes second = Pattern(kEach, 2);
  EXPECT_THAT(guest().Execute(scsi::Write10(kLba, first)), Succeeded());
  EXPECT_THAT(guest().Execute(scsi::Write16(kLba + kEach, second)), Succeeded());
  EXPECT_THAT(guest().Execute(scsi::SynchronizeCache10()), Succeeded());

  ASSERT_OK_AND_ASSIGN(const Bytes by_16, DataInGuest(scsi::Read16(kLba, kEach)));
  ASSERT_OK_AND_ASSIGN(const Bytes by_10, DataInGuest(scsi::Read10(kLba + kEach, kEach)));
  EXPECT_EQ(by_16, first);
  EXPECT_EQ(by_10, second);
  ASSERT_OK_AND_ASSIGN(const Bytes stored_first, Stored(kLba, kEach));
  ASSERT_OK_AND_ASSIGN(const Bytes stored_second, Stored(kLba + kEach, kEach));
  EXPECT_EQ(stored_first, first);
  EXPECT_EQ(stored_second, second);
}

TEST_F(ScsiCommands, WriteSameRepeatsItsBlock) {
  const Bytes block = Pattern(1, 3);
  const Command command = scsi::WriteSame16(kLba + 1, 14, block);
  ASSERT_OK_AND_ASSIGN(const bool rejected, KernelRejects(command));
  EXPECT_THAT(guest().Execute(scsi::Write16(kLba, Pattern(16, 4))), Succeeded());
  if (rejected) {  // by older kernels
    EXPECT_THAT(guest().Execute(command), IsAborted());
    return;
  }
  EXPECT_THAT(guest().Execute(command), Succeeded());
  ASSERT_OK_AND_ASSIGN(const Bytes read, DataInGuest(scsi::Read16(kLba, 16)));
  Bytes expected = Pattern(16, 4);
  for (std::size_t i = 1; i < 15; ++i) {
    std::copy(block.begin(), block.end(),
              expected.begin() + static_cast<std::ptrdiff_t>(i * kBlockBytes));
  }
  EXPECT_EQ(read, expected);
}

/// VPD page 0xb2 determines whether UNMAP works or is an invalid operation code.
TEST_F(ScsiCommands, UnmapWorksIfTheUnitReportsSupport) {
  ASSERT_OK_AND_ASSIGN(const Bytes page,
                       DataInGuest(scsi::VpdInquiry(scsi::kLogicalBlockProvisioningPage)));
  ASSERT_OK_AND_ASSIGN(const auto can, scsi::ParseLogicalBlockProvisioningPage(page));
  const Bytes before = Pattern(8, 5);
  for (const auto& [command, supported] :
       {std::pair(scsi::Unmap({{kLba, 8}}), can.unmap),
        std::pair(scsi::WriteSame16(kLba, 8, Bytes(kBlockBytes), true), can.write_same_16)}) {
    SCOPED_TRACE(command.name);
    EXPECT_THAT(guest().Execute(scsi::Write16(kLba, before)), Succeeded());
    if (supported) {
      EXPECT_THAT(guest().Execute(command), Succeeded());
    } else {
      EXPECT_THAT(guest().Execute(command), EndsWithSense(SenseKey::kIllegalRequest, 0x20, 0x00));
    }
    ASSERT_OK_AND_ASSIGN(const Bytes after, DataInGuest(scsi::Read16(kLba, 8)));
    if (!supported) {
      EXPECT_EQ(after, before);
    } else if (can.reads_zeros) {
      EXPECT_EQ(after, Bytes(before.size()));
    }
  }
}

TEST_F(ScsiCommands, ABlockBeyondTheEndIsOutOfRange) {
  const auto last = static_cast<std::uint32_t>(Blocks() - 1);
  EXPECT_THAT(guest().Execute(scsi::Read10(last, 1)), Succeeded());
  for (const Command& command :
       {scsi::Read10(last + 1, 1), scsi::Read16(last, 2), scsi::Write10(last + 1, Pattern(1, 6)),
        scsi::Write16(last, Pattern(2, 6))}) {
    EXPECT_THAT(guest().Execute(command), EndsWithSense(SenseKey::kIllegalRequest, 0x21, 0x00));
  }
}

TEST_F(ScsiCommands, AnOperationThatLioDoesNotSupportIsAnIllegalRequest) {
  const Command command = scsi::Bare("LOG SENSE", {0x4d, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  ASSERT_OK_AND_ASSIGN(const bool rejected, KernelRejects(command));
  EXPECT_FALSE(rejected) << "the command must reach LIO";
  EXPECT_THAT(guest().Execute(command), EndsWithSense(SenseKey::kIllegalRequest, 0x20, 0x00));
}

TEST_F(ScsiCommands, CommandsThatTheKernelDeniesQemuAreAborted) {
  for (const Command& command : {scsi::Bare("a vendor-specific operation", {0xc1, 0, 0, 0, 0, 0}),
                                 scsi::SynchronizeCache16()}) {
    ASSERT_OK_AND_ASSIGN(const bool rejected, KernelRejects(command));
    EXPECT_TRUE(rejected) << command;
    EXPECT_THAT(guest().Execute(command), IsAborted());
  }
  EXPECT_THAT(OnPath(scsi::SynchronizeCache16()), Succeeded()) << "LIO supports it";
}

/// QEMU needs a reservation manager for persistent reservations; this disk has none.
TEST_F(ScsiCommands, ReservationsWithoutAManagerAreAborted) {
  constexpr std::uint64_t kKey = 0xdea1;
  for (const Command& command :
       {scsi::ReportCapabilities(), scsi::ReadKeys(), scsi::ReadReservation(),
        scsi::RegisterAndIgnoreExistingKey(kKey)}) {
    EXPECT_THAT(guest().Execute(command), IsAborted());
  }
  ASSERT_OK_AND_ASSIGN(const Completion capable, OnPath(scsi::ReportCapabilities()));
  ASSERT_OK_AND_ASSIGN(const auto capabilities, scsi::ParseCapabilities(capable.data));
  EXPECT_TRUE(capabilities.types) << "LIO supports them";
  ASSERT_OK_AND_ASSIGN(const Completion registered, OnPath(scsi::ReadKeys()));
  ASSERT_OK_AND_ASSIGN(const auto keys, scsi::ParseKeys(registered.data));
  EXPECT_THAT(keys.keys, IsEmpty()) << "no command has reached LIO";
}

/// If the path's SCSI layer rejects a command, QEMU gets an errno; if the transport is broken, QEMU
/// gets a host byte and passes it on. The guest sees neither if QEMU makes the kernel probe the
/// paths and then retries.
class ScsiCommandsOnABadPath : public WithCapabilities<ScsiCommands> {
 protected:
  void SetUp() override {
    WithCapabilities::SetUp();
    if (HasFatalFailure() || IsSkipped()) return;
    ASSERT_OK(rig().AwaitCheck(0));
  }

  void ExpectUntilTheCheckerNotices(const CompletionMatcher& without_probing) {
    for (const Command& command :
         {scsi::TestUnitReady(), scsi::StandardInquiry(), scsi::Read10(kLba, 8),
          scsi::Write16(kLba, Pattern(8, 9)), scsi::SynchronizeCache10()}) {
      EXPECT_THAT(guest().Execute(command),
                  capabilities().probes_paths_on_sg_io_error ? Succeeded() : without_probing);
    }
    EXPECT_THAT(guest().Execute(scsi::ReportLuns()), Succeeded()) << "QEMU emulates REPORT LUNS";
    if (capabilities().probes_paths_on_sg_io_error) return;
    EXPECT_THAT(LogNow(), Not(Logs(KernelFails(rig().path(0)))))
        << "the checker noticed before the commands ended, so nothing was tested";
  }
};

// Catalogue: J11
TEST_F(ScsiCommandsOnABadPath, AbortsIfThePathIsOffline) {
  ASSERT_OK(rig().path(0).SetOffline());
  ExpectUntilTheCheckerNotices(IsAborted());
}

// Catalogue: J11
TEST_F(ScsiCommandsOnABadPath, ReturnsTransportDisruptedIfTheTransportIsBroken) {
  ASSERT_OK(rig().path(0).BreakTransport());
  ExpectUntilTheCheckerNotices(EndsWithHostByte(scsi::HostByte::kTransportDisrupted));
}

// Catalogue: J11
TEST_F(ScsiCommands, ACommandWithoutPathsIsQueuedUntilOneReturns) {
  const Bytes old_data = Pattern(8, 7);
  const Bytes new_data = Pattern(8, 8);
  ASSERT_THAT(guest().Execute(scsi::Write16(kLba, old_data)), Succeeded());
  ASSERT_OK(rig().path(0).SetOffline());
  ASSERT_OK(rig().path(1).SetOffline());
  EXPECT_THAT(log(), EventuallyLogs(KernelFails(rig().path(0))));
  EXPECT_THAT(log(), EventuallyLogs(KernelFails(rig().path(1))));

  ASSERT_OK_AND_ASSIGN(auto held, guest().Begin(scsi::Write16(kLba, new_data)));
  ASSERT_OK(held.AwaitHeld());
  EXPECT_THAT(guest().Begin(scsi::TestUnitReady()), FailsWith(HasSubstr("resource busy")));
  ASSERT_OK_AND_ASSIGN(const Bytes while_queued, Stored(kLba, 8));
  EXPECT_EQ(while_queued, old_data);

  ASSERT_OK(rig().path(1).SetRunning());
  ASSERT_OK_AND_ASSIGN(const Completion completion, held.Await());
  EXPECT_THAT(completion, Succeeded());
  EXPECT_GE(completion.Took(), guest::kHeld);
  ASSERT_OK_AND_ASSIGN(const Bytes afterwards, Stored(kLba, 8));
  EXPECT_EQ(afterwards, new_data);
}

// Catalogue: J11
TEST_F(ScsiCommands, ACommandQueuedBeyondTheWindowIsAborted) {
  ASSERT_OK(rig().path(0).SetOffline());
  ASSERT_OK(rig().path(1).SetOffline());
  EXPECT_THAT(log(), EventuallyLogs(KernelFails(rig().path(0))));
  EXPECT_THAT(log(), EventuallyLogs(KernelFails(rig().path(1))));

  ASSERT_OK_AND_ASSIGN(auto held, guest().Begin(scsi::Read10(kLba, 8)));
  ASSERT_OK(held.AwaitHeld());
  ASSERT_OK_AND_ASSIGN(const Completion completion, held.Await());
  EXPECT_THAT(completion, IsAborted());
  EXPECT_GE(completion.Took(), guest::kHeld);
  EXPECT_THAT(LogNow(), Logs(DisablesQueueing(rig().map())));
}

}  // namespace
}  // namespace dualpath
