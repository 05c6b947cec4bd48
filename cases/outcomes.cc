// The table of outcomes: fault x device x policy -> what each layer did. A row is a case.
// `dualpath outcomes` prints it as it was seen; cases/OUTCOMES.md is such a table.
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

/// How it ends for the application in the guest, which goes on writing (or reading).
enum class Ends {
  kUnseen,        ///< nothing fails
  kUntilNoticed,  ///< I/O fails until multipathd's checker has failed the path
  kUntilMended,   ///< I/O fails until the path is back
  kForGood,       ///< I/O fails even then: the disk that QEMU has is another one
  kPauses,        ///< the guest is paused, and nothing has failed once it is resumed
  kLies,          ///< nothing fails, and writes are lost
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
  int guest_errno = EIO;  ///< what the application gets, where it gets an error

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

/// What becomes of a row on this stack, where that is different from kernel 6.12 with QEMU 10.0.
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
    ASSERT_OK(io.AwaitGoodCompletions(3));
    row_ = On(capabilities(), row_);

    ASSERT_OK(Break());
    Sustain(io);
    if (HasFatalFailure()) return;
    ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
    ExpectEnd(report);
    EXPECT_THAT(guest().events(), Eventually(row_.events));
    ExpectLayers(report);
  }

 private:
  /// From the fault to I/O that is good again, or never will be.
  void Sustain(IoRun& io) {
    if (row_.ends == Ends::kPauses) {
      ASSERT_OK(guest().AwaitPaused());
    }
    ExpectNoticed();
    switch (row_.ends) {
      case Ends::kUnseen:
      case Ends::kUntilNoticed:
        break;
      case Ends::kUntilMended:
        ASSERT_OK(io.AwaitFailures(3));
        Mend();
        break;
      case Ends::kForGood:
        ASSERT_OK(io.AwaitFailures(3));
        Mend();
        ASSERT_OK(io.AwaitFailures(3));
        return;
      case Ends::kPauses:
        if (row_.fault == Fault::kAllOffline) Mend();
        EXPECT_THAT(guest().state(), Eventually(IsPausedByIoError())) << "nobody else resumes it";
        ASSERT_OK(guest().Resume());
        break;
      case Ends::kLies:
        if (row_.fault != Fault::kAllOffline) break;
        ASSERT_OK(io.AwaitGoodCompletions(3));
        Mend();
        break;
    }
    ASSERT_OK(io.AwaitGoodCompletions(3));
  }

  void ExpectEnd(const guest::IoReport& report) {
    switch (row_.ends) {
      case Ends::kUnseen:
      case Ends::kPauses:
      case Ends::kLies:
        EXPECT_THAT(report, CompletedWithoutErrors());
        break;
      case Ends::kUntilNoticed: {
        ASSERT_OK_AND_ASSIGN(const auto noticed, Noticed());
        EXPECT_THAT(report, FailedExactlyBetween(broken(), noticed, row_.guest_errno));
        break;
      }
      case Ends::kUntilMended:
        EXPECT_THAT(report,
                    HasPhases({Good().StartedBefore(broken()), Failing(row_.guest_errno), Good()}));
        break;
      case Ends::kForGood:
        EXPECT_THAT(report, HasPhases({Good(), Failing(row_.guest_errno)}));
        break;
    }
    EXPECT_THAT(guest().state(), Eventually(IsRunning()));
    if (row_.disk.io == IoKind::kRead) return;
    if (row_.ends == Ends::kLies) {
      EXPECT_THAT(storage(), Not(HoldsEveryWriteAcknowledgedIn(report)));
    } else {
      EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
    }
  }

  void ExpectLayers(const guest::IoReport& report) {
    ASSERT_OK_AND_ASSIGN(const auto outcome, Seen(report));
    if (IsTraced()) {
      const layers::LayerSummary& seen = outcome.layers;
      EXPECT_THAT(seen.path, row_.path) << "of the paths";
      EXPECT_THAT(seen.dm, row_.dm) << "of dm-multipath";
      EXPECT_THAT(seen.multipathd, row_.multipathd) << "of multipathd";
      EXPECT_THAT(seen.sg_io, AnyOf(row_.sg_io, "not seen")) << "of SG_IO";
      EXPECT_THAT(seen.sense, row_.sense) << "of QEMU's sense data";
      EXPECT_THAT(seen.virtio_scsi, row_.virtio_scsi) << "of virtio-scsi";
      EXPECT_THAT(seen.guest_kernel, row_.guest_kernel) << "of the guest's kernel";
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

// Words of the layers.
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

// multipathd: its checker fails the path, or it hears that the kernel has.
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
  // On a path that is about to go: nothing met it, or what did ended in one of these.
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
      // SG_IO goes to the active path whatever that can do, so scsi-block meets the loss of a path
      // until multipathd has failed it; reads and writes of the map are dm-multipath's to repeat.
      {F::kActiveOffline, ScsiBlock("report"), E::kUntilNoticed, kNone, kFails1, kSeesOffline, "ENODEV", kSense, kReports, kCheck, kAborted},
      {F::kActiveOffline, ScsiBlock("enospace"), E::kUntilNoticed, kNone, kFails1, kSeesOffline, "ENODEV", kSense, kReports, kCheck, kAborted},
      {F::kActiveOffline, ScsiBlock("stop"), E::kPauses, kNone, kFails1, kSeesOffline, "ENODEV", "", kStops, kNone, kNone},
      {F::kActiveOffline, kStopForReads, E::kPauses, kNone, kFails1, kSeesOffline, "ENODEV", "", kStops, kNone, kNone},
      {F::kActiveOffline, ScsiBlock("ignore"), E::kLies, kNone, kFails1, kSeesOffline, "ENODEV", "", kIgnores, kNone, kNone},
      {F::kActiveOffline, kScsiHd, E::kUnseen, kRejected, kFails1, kHearsOffline, kNotThere, "", kQuiet, kNone, kNone},
      {F::kActiveOffline, kVirtioBlk, E::kUnseen, kRejected, kFails1, kHearsOffline, kNotThere, "", kQuiet, kNotThere, kNone},
      {F::kActiveOffline, kScsiGeneric, E::kUntilMended, kNone, kFails1, kSeesOffline, "ENXIO", kSense, kQuiet, kCheck, kAborted},
      {F::kActiveOffline, kScsiBlockOnPath, E::kUntilMended, kNone, kFails1, kSeesOffline, "ENODEV", kSense, kReports, kCheck, kAborted},

      {F::kTransportBroken, ScsiBlock("report"), E::kUntilNoticed, kDisrupted, kFails1, kSeesBroken, kDisrupted, "", kReports, kTransport, kDisrupted},
      {F::kTransportBroken, ScsiBlock("enospace"), E::kUntilNoticed, kDisrupted, kFails1, kSeesBroken, kDisrupted, "", kReports, kTransport, kDisrupted},
      {F::kTransportBroken, ScsiBlock("stop"), E::kPauses, kDisrupted, kFails1, kSeesBroken, kDisrupted, "", kStops, kNone, kNone},
      {F::kTransportBroken, kStopForReads, E::kPauses, kDisrupted, kFails1, kSeesBroken, kDisrupted, "", kStops, kNone, kNone},
      {F::kTransportBroken, ScsiBlock("ignore"), E::kLies, kDisrupted, kFails1, kSeesBroken, kDisrupted, "", kIgnores, kNone, kNone},
      {F::kTransportBroken, kScsiHd, E::kUnseen, kDisrupted, kFails1, kHearsBroken, kNotThere, "", kQuiet, kNone, kNone},
      {F::kTransportBroken, kVirtioBlk, E::kUnseen, kDisrupted, kFails1, kHearsBroken, kNotThere, "", kQuiet, kNotThere, kNone},
      {F::kTransportBroken, kScsiGeneric, E::kUntilMended, kDisrupted, kFails1, kSeesBroken, kDisrupted, "", kQuiet, kTransport, kDisrupted},
      {F::kTransportBroken, kScsiBlockOnPath, E::kUntilMended, kDisrupted, kFails1, kSeesBroken, kDisrupted, "", kReports, kTransport, kDisrupted},

      // Whether a command meets the path between its end and the new table depends on the moment;
      // if one does, the guest's kernel repeats it (ErrorTrace.OfADeletedPathEndsInTheGuestsKernel).
      {F::kActiveDeleted, ScsiBlock("report"), E::kUnseen, dying, table, removed, dying_sg_io, dying_sense, AnyOf(kQuiet, kReports), dying_answer, kNone},
      {F::kActiveDeleted, kScsiHd, E::kUnseen, dying, table, removed, kNotThere, "", kQuiet, kNone, kNone},
      {F::kActiveDeleted, kScsiGeneric, E::kForGood, dying, table, removed, HasSubstr("ENODEV"), kSense, kQuiet, kCheck, kAborted},
      {F::kActiveDeleted, kScsiBlockOnPath, E::kForGood, dying, table, removed, HasSubstr("ENODEV"), kSense, kReports, kCheck, kAborted},
      {F::kActiveDeleted, kVirtioBlk, E::kUnseen, dying, table, removed, kNotThere, "", kQuiet, kNotThere, kNone},

      {F::kAllOffline, ScsiBlock("report"), E::kUntilMended, kNone, kFails2, kSeesAllOffline, "ENODEV, EIO", kSense, kReports, kCheck, kAborted},
      {F::kAllOffline, ScsiBlock("enospace"), E::kUntilMended, kNone, kFails2, kSeesAllOffline, "ENODEV, EIO", kSense, kReports, kCheck, kAborted},
      {F::kAllOffline, ScsiBlock("stop"), E::kPauses, kNone, kFails2, kSeesAllOffline, "ENODEV", "", kStops, kNone, kNone},
      {F::kAllOffline, kStopForReads, E::kPauses, kNone, kFails2, kSeesAllOffline, "ENODEV", "", kStops, kNone, kNone},
      {F::kAllOffline, ScsiBlock("ignore"), E::kLies, kNone, kFails2, kSeesAllOffline, "ENODEV, EIO", "", kIgnores, kNone, kNone},
      {F::kAllOffline, kScsiHd, E::kUntilMended, kRejected, kFails2, kHearsAllOffline, kNotThere, kSense, kReports, kCheck, kAborted},
      {F::kAllOffline, kVirtioBlk, E::kUntilMended, kRejected, kFails2, kHearsAllOffline, kNotThere, "", kReports, kNotThere, "I/O error"},
      {F::kAllOffline, kScsiGeneric, E::kUntilMended, kNone, kFails2, kSeesAllOffline, "ENXIO", kSense, kQuiet, kCheck, kAborted},
      {F::kAllOffline, kScsiBlockOnPath, E::kUntilMended, kNone, kFails2, kSeesAllOffline, "ENODEV", kSense, kReports, kCheck, kAborted},
  };
  // clang-format on
}

Row On(const Capabilities& capabilities, Row row) {
  const bool scsi_block = row.disk.kind == DiskKind::kScsiBlock;
  const bool scsi_generic = row.disk.kind == DiskKind::kScsiGeneric;
  const bool broken = row.fault == Fault::kTransportBroken;
  const bool deleted = row.fault == Fault::kActiveDeleted;
  if (scsi_block && row.disk.on_map && capabilities.probes_paths_on_sg_io_error && !deleted) {
    // The kernel's probe reads from the path and fails it, before multipathd's checker is there.
    row.path = broken ? kDisrupted : Words(HasSubstr(kRejected));
    row.multipathd = broken                            ? kHearsBroken
                     : row.fault == Fault::kAllOffline ? kHearsAllOffline
                                                       : kHearsOffline;
    if (row.fault == Fault::kAllOffline) return row;
    // Then QEMU sends the command again, by the other path.
    row.ends = Ends::kUnseen;
    row.events = kQuiet;
    row.sense = "";
    row.virtio_scsi = kNone;
    row.guest_kernel = kNone;
    return row;
  }
  if (scsi_block && broken && !capabilities.applies_error_policies_to_host_status) {
    // The guest gets it in any case.
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

/// By name, so that each row is an entry of ctest of its own.
const bool kRegistered = [] {
  for (const Row& row : Rows()) {
    ::testing::RegisterTest("Outcomes", row.Name().c_str(), nullptr, nullptr, __FILE__, __LINE__,
                            [row]() -> DiskFaultTest* { return new Outcomes(row); });
  }
  return true;
}();

}  // namespace
}  // namespace dualpath
