// The table of outcomes: fault x device x policy -> what each layer did. Each row is a case.
// `dualpath outcomes` prints the rows of a run; cases/OUTCOMES.md is such a table.
//
// Labels: table
// Catalogue of Outcomes: A1 A2 A20 D16 L1

#include <gtest/gtest.h>

#include <cctype>
#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include "fixtures/case_tools.h"
#include "fixtures/disk_fault_fixture.h"

namespace dualpath {
namespace {

using guest::DiskKind;
using guest::IoKind;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Matcher;

/// Effect of the fault on the application in the guest, which keeps writing (or reading).
enum class Effect {
  kNoError,         ///< no I/O fails
  kUntilNoticed,    ///< I/O fails until multipathd's checker has failed the path
  kUntilRepaired,   ///< I/O fails until the path returns
  kPermanentError,  ///< I/O fails even after that: QEMU still has the old disk open
  kPauses,          ///< the guest is paused; after it is resumed, no I/O has failed
  kSilentDataLoss,  ///< no I/O fails, but writes are lost
};

using Words = Matcher<std::string>;
using Events = Matcher<const std::vector<guest::DomainEvent>&>;

struct Disk {
  DiskKind kind = DiskKind::kScsiBlock;
  bool on_map = true;
  std::string policy = "report";
  IoKind io = IoKind::kWrite;
};

/// One line of the table.
struct Row {
  Fault fault;
  Disk disk;
  Effect effect;
  Words path, dm, multipathd, sg_io, sense;
  Events events;
  Words virtio_scsi, guest_kernel;
  int guest_errno = EIO;  ///< errno that the application gets, if it gets an error

  /// "ActivePathOfflineScsiBlockOnTheMapStop".
  std::string Name() const {
    const std::string words = ToString(fault) + " " + ToString(disk.kind) +
                              (disk.on_map ? " on the map " : " on one path ") + disk.policy +
                              (disk.io == IoKind::kRead ? " reads" : "");
    std::string name;
    bool begins = true;
    for (const char c : words) {
      const auto byte = static_cast<unsigned char>(c);
      if (std::isalnum(byte) != 0) name += static_cast<char>(begins ? std::toupper(byte) : byte);
      begins = std::isalnum(byte) == 0;
    }
    return name;
  }
};

/// Adapts a row to this stack; Rows() has the expectations for kernel 6.12 with QEMU 10.0.
Row On(const Capabilities& capabilities, Row row);

class Outcomes : public DiskFaultTest {
 public:
  explicit Outcomes(Row row) : DiskFaultTest(row.fault), row_(std::move(row)) {}

  void TestBody() override {
    guest::DiskOptions disk = OnMap(row_.disk.kind, row_.disk.policy);
    if (!row_.disk.on_map) {
      ASSERT_OK_AND_ASSIGN(disk, OnPath(row_.disk.kind));
    }
    ASSERT_OK_AND_ASSIGN(auto io, StartOn(disk, row_.disk.io));
    ASSERT_OK(io.AwaitGoodCompletions());
    row_ = On(capabilities(), row_);

    ASSERT_OK(Break());
    AwaitEffect(io);
    if (HasFatalFailure()) return;
    ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
    ExpectEffect(report);
    EXPECT_THAT(guest().events(), Eventually(row_.events));
    ExpectLayers(report);
  }

 private:
  /// Waits until I/O is good again after the fault, or still fails after the path has returned.
  void AwaitEffect(IoRun& io) {
    if (row_.effect == Effect::kPauses) {
      ASSERT_OK(guest().AwaitPaused());
    }
    ExpectNoticed();
    switch (row_.effect) {
      case Effect::kNoError:
      case Effect::kUntilNoticed:
        break;
      case Effect::kUntilRepaired:
        ASSERT_OK(io.AwaitFailures());
        Repair();
        break;
      case Effect::kPermanentError:
        ASSERT_OK(io.AwaitFailures());
        Repair();
        ASSERT_OK(io.AwaitFailures());
        return;
      case Effect::kPauses:
        if (row_.fault == Fault::kAllOffline) Repair();
        EXPECT_THAT(guest().state(), Eventually(IsPausedByIoError()))
            << "the guest stays paused until it is resumed";
        ASSERT_OK(guest().Resume());
        break;
      case Effect::kSilentDataLoss:
        if (row_.fault != Fault::kAllOffline) break;
        ASSERT_OK(io.AwaitGoodCompletions());
        Repair();
        break;
    }
    ASSERT_OK(io.AwaitGoodCompletions());
  }

  void ExpectEffect(const guest::IoReport& report) {
    switch (row_.effect) {
      case Effect::kNoError:
      case Effect::kPauses:
      case Effect::kSilentDataLoss:
        EXPECT_THAT(report, CompletedWithoutErrors());
        break;
      case Effect::kUntilNoticed: {
        ASSERT_OK_AND_ASSIGN(const auto noticed, Noticed());
        EXPECT_THAT(report, FailedExactlyBetween(broken(), noticed, row_.guest_errno));
        break;
      }
      case Effect::kUntilRepaired:
        EXPECT_THAT(report, HasPhases({Good().StartedBefore(is_broken()), Failing(row_.guest_errno),
                                       Good()}));
        break;
      case Effect::kPermanentError:
        EXPECT_THAT(report,
                    HasPhases({Good().StartedBefore(is_broken()), Failing(row_.guest_errno)}));
        break;
    }
    EXPECT_THAT(guest().state(), Eventually(IsRunning()));
    if (row_.disk.io == IoKind::kRead) {
      EXPECT_THAT(report, ReadsSawEveryAcknowledgedWrite());
    } else if (row_.effect == Effect::kSilentDataLoss) {
      EXPECT_THAT(storage(), LosesWritesAcknowledgedIn(report));
    } else {
      EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
    }
  }

  void ExpectLayers(const guest::IoReport& report) {
    ASSERT_OK_AND_ASSIGN(const auto outcome, Seen(report));
    const layers::LayerSummary& seen = outcome.layers;
    EXPECT_THAT(seen.path, row_.path) << "column path";
    EXPECT_THAT(seen.dm, row_.dm) << "column dm";
    EXPECT_THAT(seen.multipathd, row_.multipathd) << "column multipathd";
    EXPECT_THAT(seen.sense, row_.sense) << "column qemu, sense data";
    EXPECT_THAT(seen.virtio_scsi, row_.virtio_scsi) << "column virtio_scsi";
    EXPECT_THAT(seen.guest_kernel, row_.guest_kernel) << "column guest_kernel";
    if (seen.sg_io == layers::kNotSeen) {
      DUALPATH_CANNOT_LOOK("column sg_io: " + why_no_sg_io());
    }
    EXPECT_THAT(seen.sg_io, row_.sg_io) << "column sg_io";
    if (!HasFailure()) RecordOutcome(outcome);
  }

  Row row_;
};

// Disks.
Disk ScsiBlock(const std::string& policy) { return {DiskKind::kScsiBlock, true, policy}; }
const Disk kStopForReads = {DiskKind::kScsiBlock, true, "stop", IoKind::kRead};
const Disk kScsiHd = {DiskKind::kScsiHd};
const Disk kVirtioBlk = {DiskKind::kVirtioBlk};
const Disk kScsiGeneric = {DiskKind::kScsiGeneric, false};
const Disk kScsiBlockOnPath = {DiskKind::kScsiBlock, false};

// Texts of the layers' columns.
const char kNone[] = "no error";
const char kNotThere[] = "-";
const char kRejected[] = "I/O rejected";
const char kDisrupted[] = "DID_TRANSPORT_DISRUPTED";
const char kFails1[] = "fails 1 path";
const char kFails2[] = "fails 2 paths";
const char kCheck[] = "CHECK CONDITION";
const char kTransport[] = "TRANSPORT_FAILURE";
const char kAborted[] = "DID_OK, Aborted Command";
const char kSense[] = "0b/00/06";  // ABORTED COMMAND, I/O PROCESS TERMINATED

// multipathd: either its checker fails the path, or the kernel notifies it that the path has
// failed.
const char kCheckedOffline[] = "path offline, checker failed, 1 path left";
const char kNotifiedOffline[] = "path offline, 1 path left";
const char kCheckedBroken[] = "checker failed, 1 path left";
const char kNotifiedBroken[] = "1 path left";
const char kCheckedAllOffline[] = "path offline, checker failed, 0 paths left";
const char kNotifiedAllOffline[] = "path offline, 0 paths left";

const Events kQuiet = ReportsNoIoError();
const Events kReports = ReportsIoErrors(OnError::kReport);
const Events kStops = ReportsIoErrors(OnError::kPause);
const Events kIgnores = ReportsIoErrors(OnError::kIgnore);

std::vector<Row> Rows() {
  using F = Fault;
  using E = Effect;
  // A path that is being removed: either no command reached it, or one did and ended in one of
  // these ways.
  const Words racy_path = AnyOf(kNone, HasSubstr("DID_"), HasSubstr("I/O "));
  const Words racy_sg_io = AnyOf(kNone, HasSubstr("DID_ERROR"), HasSubstr("DID_NO_CONNECT"),
                                 HasSubstr("ENODEV"), HasSubstr("ENXIO"), HasSubstr("ENOTTY"));
  const Words racy_sense = AnyOf("", kSense);
  const Words racy_response =
      AnyOf(kNone, HasSubstr(kCheck), HasSubstr("FAILURE"), HasSubstr("BAD_TARGET"));
  const char table[] = "new table of 1 path";
  const char removed[] = "path removed";
  // clang-format off
  return {
      // SG_IO goes to the active path even if that path is lost, so scsi-block gets errors until
      // multipathd has failed the path. dm-multipath retries reads and writes to the map.
      {F::kActiveOffline, ScsiBlock("report"), E::kUntilNoticed, kNone, kFails1, kCheckedOffline, "ENODEV", kSense, kReports, kCheck, kAborted},
      {F::kActiveOffline, ScsiBlock("enospace"), E::kUntilNoticed, kNone, kFails1, kCheckedOffline, "ENODEV", kSense, kReports, kCheck, kAborted},
      {F::kActiveOffline, ScsiBlock("stop"), E::kPauses, kNone, kFails1, kCheckedOffline, "ENODEV", "", kStops, kNone, kNone},
      {F::kActiveOffline, kStopForReads, E::kPauses, kNone, kFails1, kCheckedOffline, "ENODEV", "", kStops, kNone, kNone},
      {F::kActiveOffline, ScsiBlock("ignore"), E::kSilentDataLoss, kNone, kFails1, kCheckedOffline, "ENODEV", "", kIgnores, kNone, kNone},
      {F::kActiveOffline, kScsiHd, E::kNoError, kRejected, kFails1, kNotifiedOffline, kNotThere, "", kQuiet, kNone, kNone},
      {F::kActiveOffline, kVirtioBlk, E::kNoError, kRejected, kFails1, kNotifiedOffline, kNotThere, "", kQuiet, kNotThere, kNone},
      {F::kActiveOffline, kScsiGeneric, E::kUntilRepaired, kNone, kFails1, kCheckedOffline, "ENXIO", kSense, kQuiet, kCheck, kAborted},
      {F::kActiveOffline, kScsiBlockOnPath, E::kUntilRepaired, kNone, kFails1, kCheckedOffline, "ENODEV", kSense, kReports, kCheck, kAborted},

      {F::kTransportBroken, ScsiBlock("report"), E::kUntilNoticed, kDisrupted, kFails1, kCheckedBroken, kDisrupted, "", kReports, kTransport, kDisrupted},
      {F::kTransportBroken, ScsiBlock("enospace"), E::kUntilNoticed, kDisrupted, kFails1, kCheckedBroken, kDisrupted, "", kReports, kTransport, kDisrupted},
      {F::kTransportBroken, ScsiBlock("stop"), E::kPauses, kDisrupted, kFails1, kCheckedBroken, kDisrupted, "", kStops, kNone, kNone},
      {F::kTransportBroken, kStopForReads, E::kPauses, kDisrupted, kFails1, kCheckedBroken, kDisrupted, "", kStops, kNone, kNone},
      {F::kTransportBroken, ScsiBlock("ignore"), E::kSilentDataLoss, kDisrupted, kFails1, kCheckedBroken, kDisrupted, "", kIgnores, kNone, kNone},
      {F::kTransportBroken, kScsiHd, E::kNoError, kDisrupted, kFails1, kNotifiedBroken, kNotThere, "", kQuiet, kNone, kNone},
      {F::kTransportBroken, kVirtioBlk, E::kNoError, kDisrupted, kFails1, kNotifiedBroken, kNotThere, "", kQuiet, kNotThere, kNone},
      {F::kTransportBroken, kScsiGeneric, E::kUntilRepaired, kDisrupted, kFails1, kCheckedBroken, kDisrupted, "", kQuiet, kTransport, kDisrupted},
      {F::kTransportBroken, kScsiBlockOnPath, E::kUntilRepaired, kDisrupted, kFails1, kCheckedBroken, kDisrupted, "", kReports, kTransport, kDisrupted},

      // Whether a command reaches the path between its deletion and the new table is a race; if one
      // does, the guest's kernel retries it (ErrorTrace.TheGuestKernelHidesTheErrorOfADeletedPath).
      {F::kActiveDeleted, ScsiBlock("report"), E::kNoError, racy_path, table, removed, racy_sg_io, racy_sense, AnyOf(kQuiet, kReports), racy_response, kNone},
      {F::kActiveDeleted, kScsiHd, E::kNoError, racy_path, table, removed, kNotThere, "", kQuiet, kNone, kNone},
      {F::kActiveDeleted, kScsiGeneric, E::kPermanentError, racy_path, table, removed, HasSubstr("ENODEV"), kSense, kQuiet, kCheck, kAborted},
      {F::kActiveDeleted, kScsiBlockOnPath, E::kPermanentError, racy_path, table, removed, HasSubstr("ENODEV"), kSense, kReports, kCheck, kAborted},
      {F::kActiveDeleted, kVirtioBlk, E::kNoError, racy_path, table, removed, kNotThere, "", kQuiet, kNotThere, kNone},

      {F::kAllOffline, ScsiBlock("report"), E::kUntilRepaired, kNone, kFails2, kCheckedAllOffline, "ENODEV, EIO", kSense, kReports, kCheck, kAborted},
      {F::kAllOffline, ScsiBlock("enospace"), E::kUntilRepaired, kNone, kFails2, kCheckedAllOffline, "ENODEV, EIO", kSense, kReports, kCheck, kAborted},
      {F::kAllOffline, ScsiBlock("stop"), E::kPauses, kNone, kFails2, kCheckedAllOffline, "ENODEV", "", kStops, kNone, kNone},
      {F::kAllOffline, kStopForReads, E::kPauses, kNone, kFails2, kCheckedAllOffline, "ENODEV", "", kStops, kNone, kNone},
      {F::kAllOffline, ScsiBlock("ignore"), E::kSilentDataLoss, kNone, kFails2, kCheckedAllOffline, "ENODEV, EIO", "", kIgnores, kNone, kNone},
      {F::kAllOffline, kScsiHd, E::kUntilRepaired, kRejected, kFails2, kNotifiedAllOffline, kNotThere, kSense, kReports, kCheck, kAborted},
      {F::kAllOffline, kVirtioBlk, E::kUntilRepaired, kRejected, kFails2, kNotifiedAllOffline, kNotThere, "", kReports, kNotThere, "I/O error"},
      {F::kAllOffline, kScsiGeneric, E::kUntilRepaired, kNone, kFails2, kCheckedAllOffline, "ENXIO", kSense, kQuiet, kCheck, kAborted},
      {F::kAllOffline, kScsiBlockOnPath, E::kUntilRepaired, kNone, kFails2, kCheckedAllOffline, "ENODEV", kSense, kReports, kCheck, kAborted},
  };
  // clang-format on
}

Row On(const Capabilities& capabilities, Row row) {
  const bool scsi_block = row.disk.kind == DiskKind::kScsiBlock;
  const bool scsi_generic = row.disk.kind == DiskKind::kScsiGeneric;
  const bool broken = row.fault == Fault::kTransportBroken;
  const bool deleted = row.fault == Fault::kActiveDeleted;
  if (scsi_block && row.disk.on_map && capabilities.probes_paths_on_sg_io_error && !deleted) {
    // The kernel's probe reads from the path and fails the path before multipathd's checker runs.
    row.path = broken ? kDisrupted : Words(HasSubstr(kRejected));
    row.multipathd = broken                            ? kNotifiedBroken
                     : row.fault == Fault::kAllOffline ? kNotifiedAllOffline
                                                       : kNotifiedOffline;
    if (row.fault == Fault::kAllOffline) return row;
    // QEMU then sends the command again, over the other path.
    row.effect = Effect::kNoError;
    row.events = kQuiet;
    row.sense = "";
    row.virtio_scsi = kNone;
    row.guest_kernel = kNone;
    return row;
  }
  if (scsi_block && broken && !capabilities.applies_error_policies_to_host_status) {
    // The guest gets the error whatever the policy is.
    if (row.disk.on_map) row.effect = Effect::kUntilNoticed;
    row.events = kQuiet;
    row.virtio_scsi = kTransport;
    row.guest_kernel = kDisrupted;
  }
  const bool ends_in_enodev = (scsi_block && !broken) || (scsi_generic && deleted);
  if (!row.disk.on_map && ends_in_enodev && capabilities.makes_enodev_a_hardware_error) {
    row.sense = "04/44/00";  // HARDWARE ERROR, INTERNAL TARGET FAILURE
    row.guest_kernel = "DID_OK, Hardware Error";
    row.guest_errno = EREMOTEIO;
  }
  return row;
}

/// Registers each row under its name, so that ctest has an entry for each.
const bool kRegistered = [] {
  for (const Row& row : Rows()) {
    ::testing::RegisterTest("Outcomes", row.Name().c_str(), nullptr, nullptr, __FILE__, __LINE__,
                            [row]() -> DiskFaultTest* { return new Outcomes(row); });
  }
  return true;
}();

}  // namespace
}  // namespace dualpath
