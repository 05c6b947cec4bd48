// The table of outcomes: fault x device x policy -> what each layer did. Each row is a case.
// `dualpath outcomes` prints the rows of a run; cases/OUTCOMES.md has such a table.
//
// Labels: table

#include <gtest/gtest.h>

#include <cctype>
#include <cerrno>
#include <string>
#include <utility>
#include <vector>

#include "fixtures/disk_fault_fixture.h"

namespace dualpath {
namespace {

using guest::DiskKind;
using guest::IoKind;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::Matcher;
using ::testing::Not;

/// End of the case for the application in the guest, which keeps writing (or reading).
enum class Ends {
  kUnseen,          ///< no I/O fails
  kUntilNoticed,    ///< I/O fails until multipathd's checker has failed the path
  kUntilRepaired,   ///< I/O fails until the path is back
  kForGood,         ///< I/O fails even then: QEMU has the old disk open
  kPauses,          ///< the guest is paused; no I/O has failed once it is resumed
  kSilentDataLoss,  ///< no I/O fails, and writes are lost
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
  Ends ends;
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

/// Returns the row as it is expected on this stack; Rows() has those of kernel 6.12 with QEMU 10.0.
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
    AwaitEnd(io);
    if (HasFatalFailure()) return;
    ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
    ExpectEnd(report);
    EXPECT_THAT(guest().events(), Eventually(row_.events));
    ExpectLayers(report);
  }

 private:
  /// Waits from the fault until I/O is good again, or has failed although the path is back.
  void AwaitEnd(IoRun& io) {
    if (row_.ends == Ends::kPauses) {
      ASSERT_OK(guest().AwaitPaused());
    }
    ExpectNoticed();
    switch (row_.ends) {
      case Ends::kUnseen:
      case Ends::kUntilNoticed:
        break;
      case Ends::kUntilRepaired:
        ASSERT_OK(io.AwaitFailures());
        Repair();
        break;
      case Ends::kForGood:
        ASSERT_OK(io.AwaitFailures());
        Repair();
        ASSERT_OK(io.AwaitFailures());
        return;
      case Ends::kPauses:
        if (row_.fault == Fault::kAllOffline) Repair();
        EXPECT_THAT(guest().state(), Eventually(IsPausedByIoError()))
            << "the guest stays paused until it is resumed";
        ASSERT_OK(guest().Resume());
        break;
      case Ends::kSilentDataLoss:
        if (row_.fault != Fault::kAllOffline) break;
        ASSERT_OK(io.AwaitGoodCompletions());
        Repair();
        break;
    }
    ASSERT_OK(io.AwaitGoodCompletions());
  }

  void ExpectEnd(const guest::IoReport& report) {
    switch (row_.ends) {
      case Ends::kUnseen:
      case Ends::kPauses:
      case Ends::kSilentDataLoss:
        EXPECT_THAT(report, CompletedWithoutErrors());
        break;
      case Ends::kUntilNoticed: {
        ASSERT_OK_AND_ASSIGN(const auto noticed, Noticed());
        EXPECT_THAT(report, FailedExactlyBetween(broken(), noticed, row_.guest_errno));
        break;
      }
      case Ends::kUntilRepaired:
        EXPECT_THAT(report,
                    HasPhases({Good().StartedBefore(broken()), Failing(row_.guest_errno), Good()}));
        break;
      case Ends::kForGood:
        EXPECT_THAT(report, HasPhases({Good(), Failing(row_.guest_errno)}));
        break;
    }
    EXPECT_THAT(guest().state(), Eventually(IsRunning()));
    if (row_.disk.io == IoKind::kRead) return;
    if (row_.ends == Ends::kSilentDataLoss) {
      EXPECT_THAT(storage(), Not(HoldsEveryWriteAcknowledgedIn(report)));
    } else {
      EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
    }
  }

  void ExpectLayers(const guest::IoReport& report) {
    ASSERT_OK_AND_ASSIGN(const auto outcome, Seen(report));
    if (IsTraced()) {
      const layers::LayerSummary& seen = outcome.layers;
      EXPECT_THAT(seen.path, row_.path) << "column path";
      EXPECT_THAT(seen.dm, row_.dm) << "column dm";
      EXPECT_THAT(seen.multipathd, row_.multipathd) << "column multipathd";
      EXPECT_THAT(seen.sg_io, AnyOf(row_.sg_io, "not seen")) << "column sg_io";
      EXPECT_THAT(seen.sense, row_.sense) << "column qemu, sense data";
      EXPECT_THAT(seen.virtio_scsi, row_.virtio_scsi) << "column virtio_scsi";
      EXPECT_THAT(seen.guest_kernel, row_.guest_kernel) << "column guest_kernel";
    }
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

// multipathd: its checker fails the path, or the kernel notifies it that it has.
const char kSeesOffline[] = "path offline, checker failed, 1 path left";
const char kHearsOffline[] = "path offline, 1 path left";
const char kSeesBroken[] = "checker failed, 1 path left";
const char kHearsBroken[] = "1 path left";
const char kSeesAllOffline[] = "path offline, checker failed, 0 paths left";
const char kHearsAllOffline[] = "path offline, 0 paths left";

const Events kQuiet = ReportsNoIoError();
const Events kReports = ReportsIoErrors(OnError::kReport);
const Events kStops = ReportsIoErrors(OnError::kPause);
const Events kIgnores = ReportsIoErrors(OnError::kIgnore);

std::vector<Row> Rows() {
  using F = Fault;
  using E = Ends;
  // A path that is being removed: no command reached it, or one did and ended as one of these.
  const Words dying = AnyOf(kNone, HasSubstr("DID_"), HasSubstr("I/O "));
  const Words dying_sg_io = AnyOf(kNone, HasSubstr("DID_ERROR"), HasSubstr("DID_NO_CONNECT"),
                                  HasSubstr("ENODEV"), HasSubstr("ENXIO"), HasSubstr("ENOTTY"));
  const Words dying_sense = AnyOf("", kSense);
  const Words dying_answer =
      AnyOf(kNone, HasSubstr(kCheck), HasSubstr("FAILURE"), HasSubstr("BAD_TARGET"));
  const char table[] = "new table of 1 path";
  const char removed[] = "path removed";
  // clang-format off
  return {
      // SG_IO goes to the active path even if that is lost, so scsi-block gets its errors until
      // multipathd has failed it; reads and writes of the map are retried by dm-multipath.
      {F::kActiveOffline, ScsiBlock("report"), E::kUntilNoticed, kNone, kFails1, kSeesOffline, "ENODEV", kSense, kReports, kCheck, kAborted},
      {F::kActiveOffline, ScsiBlock("enospace"), E::kUntilNoticed, kNone, kFails1, kSeesOffline, "ENODEV", kSense, kReports, kCheck, kAborted},
      {F::kActiveOffline, ScsiBlock("stop"), E::kPauses, kNone, kFails1, kSeesOffline, "ENODEV", "", kStops, kNone, kNone},
      {F::kActiveOffline, kStopForReads, E::kPauses, kNone, kFails1, kSeesOffline, "ENODEV", "", kStops, kNone, kNone},
      {F::kActiveOffline, ScsiBlock("ignore"), E::kSilentDataLoss, kNone, kFails1, kSeesOffline, "ENODEV", "", kIgnores, kNone, kNone},
      {F::kActiveOffline, kScsiHd, E::kUnseen, kRejected, kFails1, kHearsOffline, kNotThere, "", kQuiet, kNone, kNone},
      {F::kActiveOffline, kVirtioBlk, E::kUnseen, kRejected, kFails1, kHearsOffline, kNotThere, "", kQuiet, kNotThere, kNone},
      {F::kActiveOffline, kScsiGeneric, E::kUntilRepaired, kNone, kFails1, kSeesOffline, "ENXIO", kSense, kQuiet, kCheck, kAborted},
      {F::kActiveOffline, kScsiBlockOnPath, E::kUntilRepaired, kNone, kFails1, kSeesOffline, "ENODEV", kSense, kReports, kCheck, kAborted},

      {F::kTransportBroken, ScsiBlock("report"), E::kUntilNoticed, kDisrupted, kFails1, kSeesBroken, kDisrupted, "", kReports, kTransport, kDisrupted},
      {F::kTransportBroken, ScsiBlock("enospace"), E::kUntilNoticed, kDisrupted, kFails1, kSeesBroken, kDisrupted, "", kReports, kTransport, kDisrupted},
      {F::kTransportBroken, ScsiBlock("stop"), E::kPauses, kDisrupted, kFails1, kSeesBroken, kDisrupted, "", kStops, kNone, kNone},
      {F::kTransportBroken, kStopForReads, E::kPauses, kDisrupted, kFails1, kSeesBroken, kDisrupted, "", kStops, kNone, kNone},
      {F::kTransportBroken, ScsiBlock("ignore"), E::kSilentDataLoss, kDisrupted, kFails1, kSeesBroken, kDisrupted, "", kIgnores, kNone, kNone},
      {F::kTransportBroken, kScsiHd, E::kUnseen, kDisrupted, kFails1, kHearsBroken, kNotThere, "", kQuiet, kNone, kNone},
      {F::kTransportBroken, kVirtioBlk, E::kUnseen, kDisrupted, kFails1, kHearsBroken, kNotThere, "", kQuiet, kNotThere, kNone},
      {F::kTransportBroken, kScsiGeneric, E::kUntilRepaired, kDisrupted, kFails1, kSeesBroken, kDisrupted, "", kQuiet, kTransport, kDisrupted},
      {F::kTransportBroken, kScsiBlockOnPath, E::kUntilRepaired, kDisrupted, kFails1, kSeesBroken, kDisrupted, "", kReports, kTransport, kDisrupted},

      // Whether a command reaches the path between its deletion and the new table is a race; if one
      // does, the guest's kernel retries it (ErrorTrace.TheErrorOfADeletedPathEndsInTheGuestsKernel).
      {F::kActiveDeleted, ScsiBlock("report"), E::kUnseen, dying, table, removed, dying_sg_io, dying_sense, AnyOf(kQuiet, kReports), dying_answer, kNone},
      {F::kActiveDeleted, kScsiHd, E::kUnseen, dying, table, removed, kNotThere, "", kQuiet, kNone, kNone},
      {F::kActiveDeleted, kScsiGeneric, E::kForGood, dying, table, removed, HasSubstr("ENODEV"), kSense, kQuiet, kCheck, kAborted},
      {F::kActiveDeleted, kScsiBlockOnPath, E::kForGood, dying, table, removed, HasSubstr("ENODEV"), kSense, kReports, kCheck, kAborted},
      {F::kActiveDeleted, kVirtioBlk, E::kUnseen, dying, table, removed, kNotThere, "", kQuiet, kNotThere, kNone},

      {F::kAllOffline, ScsiBlock("report"), E::kUntilRepaired, kNone, kFails2, kSeesAllOffline, "ENODEV, EIO", kSense, kReports, kCheck, kAborted},
      {F::kAllOffline, ScsiBlock("enospace"), E::kUntilRepaired, kNone, kFails2, kSeesAllOffline, "ENODEV, EIO", kSense, kReports, kCheck, kAborted},
      {F::kAllOffline, ScsiBlock("stop"), E::kPauses, kNone, kFails2, kSeesAllOffline, "ENODEV", "", kStops, kNone, kNone},
      {F::kAllOffline, kStopForReads, E::kPauses, kNone, kFails2, kSeesAllOffline, "ENODEV", "", kStops, kNone, kNone},
      {F::kAllOffline, ScsiBlock("ignore"), E::kSilentDataLoss, kNone, kFails2, kSeesAllOffline, "ENODEV, EIO", "", kIgnores, kNone, kNone},
      {F::kAllOffline, kScsiHd, E::kUntilRepaired, kRejected, kFails2, kHearsAllOffline, kNotThere, kSense, kReports, kCheck, kAborted},
      {F::kAllOffline, kVirtioBlk, E::kUntilRepaired, kRejected, kFails2, kHearsAllOffline, kNotThere, "", kReports, kNotThere, "I/O error"},
      {F::kAllOffline, kScsiGeneric, E::kUntilRepaired, kNone, kFails2, kSeesAllOffline, "ENXIO", kSense, kQuiet, kCheck, kAborted},
      {F::kAllOffline, kScsiBlockOnPath, E::kUntilRepaired, kNone, kFails2, kSeesAllOffline, "ENODEV", kSense, kReports, kCheck, kAborted},
  };
  // clang-format on
}

Row On(const Capabilities& capabilities, Row row) {
  const bool scsi_block = row.disk.kind == DiskKind::kScsiBlock;
  const bool scsi_generic = row.disk.kind == DiskKind::kScsiGeneric;
  const bool broken = row.fault == Fault::kTransportBroken;
  const bool deleted = row.fault == Fault::kActiveDeleted;
  if (scsi_block && row.disk.on_map && capabilities.probes_paths_on_sg_io_error && !deleted) {
    // The kernel's probe reads from the path and fails it, before multipathd's checker runs.
    row.path = broken ? kDisrupted : Words(HasSubstr(kRejected));
    row.multipathd = broken                            ? kHearsBroken
                     : row.fault == Fault::kAllOffline ? kHearsAllOffline
                                                       : kHearsOffline;
    if (row.fault == Fault::kAllOffline) return row;
    // QEMU then sends the command again, by the other path.
    row.ends = Ends::kUnseen;
    row.events = kQuiet;
    row.sense = "";
    row.virtio_scsi = kNone;
    row.guest_kernel = kNone;
    return row;
  }
  if (scsi_block && broken && !capabilities.applies_error_policies_to_host_status) {
    // The guest gets the error with every policy.
    if (row.disk.on_map) row.ends = Ends::kUntilNoticed;
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

/// Registers every row under its own name, so that ctest has an entry for each.
const bool kRegistered = [] {
  for (const Row& row : Rows()) {
    ::testing::RegisterTest("Outcomes", row.Name().c_str(), nullptr, nullptr, __FILE__, __LINE__,
                            [row]() -> DiskFaultTest* { return new Outcomes(row); });
  }
  return true;
}();

}  // namespace
}  // namespace dualpath
