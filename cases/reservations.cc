// Persistent reservations. The guest's commands go through QEMU to qemu-pr-helper, the host's
// through mpathpersist to every path, and a second initiator shares the LUN.
//
// LIO keeps registrations per I_T nexus, and each path is a nexus. The effect of a guest's command
// therefore depends on whether the helper supports dm-multipath (guest::SupportsMultipath).
//
// Labels of Reservations.ReleasingAReservationOfAnotherNodeChangesNothing: known-issue
// Labels of Reservations.AKeyThatIsPreemptedWhileItsPathReturnsStaysAway: known-issue
// Labels of Reservations.APathThatReturnsDuringARegistrationIsRegistered: known-issue

#include <cerrno>
#include <future>

#include "fixtures/capabilities_fixture.h"
#include "fixtures/case_tools.h"
#include "fixtures/over_iscsi.h"
#include "fixtures/reservation_fixture.h"
#include "helpers/multipath/service.h"
#include "helpers/scsi/direct_io.h"

namespace dualpath {
namespace {

using scsi::Clear;
using scsi::Preempt;
using scsi::RegisterAndIgnoreExistingKey;
using scsi::Registration;
using scsi::Release;
using scsi::ReservationType;
using scsi::Reserve;
using scsi::ScsiStatus;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;
using ::testing::UnorderedElementsAreArray;

constexpr std::uint64_t kOurs = 0xabc123;
constexpr std::uint64_t kTheirs = 0xbeef;
constexpr auto kRegistrantsOnly = ReservationType::kWriteExclusiveRegistrantsOnly;
constexpr auto kHolderOnly = ReservationType::kWriteExclusive;

/// Writes to a block far beyond those of the verified writes.
constexpr std::uint32_t kReservedLba = 1000000;
scsi::Command Write() { return scsi::Write10(kReservedLba, scsi::Bytes(512, 0x5a)); }
scsi::Command Read() { return scsi::Read10(kReservedLba, 1); }

class Reservations : public ReservationTest {
 protected:
  void SetUp() override {
    ReservationTest::SetUp();
    if (HasFatalFailure() || IsSkipped()) return;
    constexpr std::uint64_t kBegin = std::uint64_t{kReservedLba} * 512;
    ExpectOtherWritesTo({kBegin, kBegin + 512});
  }

  /// Matches the guest's key on the paths that the guest's commands reach while the first path is
  /// active.
  auto IsRegisteredByGuest() {
    std::vector<Registration> expected = {Registered(nexus(0), kOurs)};
    if (GuestReachesEveryPath()) expected.push_back(Registered(nexus(1), kOurs));
    return UnorderedElementsAreArray(expected);
  }

  /// Matches the same, and the reservation held by the first path.
  auto IsReservedByGuest() {
    std::vector<Registration> expected = {Holding(nexus(0), kOurs, kRegistrantsOnly)};
    if (GuestReachesEveryPath()) expected.push_back(Registered(nexus(1), kOurs));
    return UnorderedElementsAreArray(expected);
  }

  /// Matches our key on both paths.
  auto IsRegistered() {
    return UnorderedElementsAre(Registered(nexus(0), kOurs), Registered(nexus(1), kOurs));
  }

  /// Matches our key on both paths, and the reservation held by the first.
  auto IsReserved(ReservationType type) {
    return UnorderedElementsAre(Holding(nexus(0), kOurs, type), Registered(nexus(1), kOurs));
  }

  void ReserveInGuest() {
    ASSERT_THAT(InGuest(RegisterAndIgnoreExistingKey(kOurs)), Succeeded());
    ASSERT_THAT(InGuest(Reserve(kOurs, kRegistrantsOnly)), Succeeded());
    ASSERT_THAT(registrations(1), Eventually(IsReservedByGuest()));
  }

  void LoseTheUnusedPath() {
    ASSERT_OK(rig().path(1).SetOffline());
    ASSERT_THAT(
        topology(),
        Eventually(PathGroups({Active(rig().path(0)), Enabled(Faulty(rig().path(1), "offline"))})));
  }

  void ReserveOnHost(ReservationType type) {
    ASSERT_OK(persist().RegisterAndIgnoreExistingKey(kOurs, PersistDeadline()));
    ASSERT_OK(persist().Reserve(kOurs, type, PersistDeadline()));
    ASSERT_THAT(registrations(1), Eventually(IsReserved(type)));
  }
};

TEST_F(Reservations, TheGuestsRegistrationReachesThePathsUsedByTheHelper) {
  ASSERT_THAT(InGuest(RegisterAndIgnoreExistingKey(kOurs)), Succeeded());

  for (const std::size_t through : {0, 1}) {
    EXPECT_THAT(registrations(through), Eventually(IsRegisteredByGuest()));
  }
  EXPECT_THAT(key(), Eventually(std::string(GuestReachesEveryPath() ? "0xabc123" : "none")));
  ASSERT_OK_AND_ASSIGN(const auto seen, InGuest(scsi::ReadKeys()));
  ASSERT_THAT(seen, Succeeded());
  ASSERT_OK_AND_ASSIGN(const auto keys, scsi::ParseKeys(seen.data));
  EXPECT_THAT(keys.keys, AllOf(SizeIs(GuestReachesEveryPath() ? 2 : 1), Each(kOurs)));
  EXPECT_THAT(other().Execute(Write()), Succeeded());

  ASSERT_THAT(InGuest(scsi::Register(kOurs, 0)), Succeeded());
  EXPECT_THAT(registrations(0), Eventually(IsEmpty()));
  EXPECT_THAT(key(), Eventually(std::string("none")));
}

// Catalogue: K1
TEST_F(Reservations, TheGuestsReservationBlocksOtherWritersUntilReleased) {
  ASSERT_NO_FATAL_FAILURE(ReserveInGuest());
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK_AND_ASSIGN(const auto state, persist().ReadReservation(PersistDeadline()));
  ASSERT_TRUE(state.reservation);
  EXPECT_EQ(state.reservation->key, kOurs);
  EXPECT_EQ(state.reservation->type, kRegistrantsOnly);
  EXPECT_THAT(other().Execute(Write()), EndsWithStatus(ScsiStatus::kReservationConflict));
  EXPECT_THAT(other().Execute(Reserve(kTheirs, kRegistrantsOnly)),
              EndsWithStatus(ScsiStatus::kReservationConflict));
  EXPECT_THAT(other().Execute(Read()), Succeeded());
  ExpectNothingLost(io);

  ASSERT_THAT(InGuest(Release(kOurs, kRegistrantsOnly)), Succeeded());
  EXPECT_THAT(registrations(1), Eventually(IsRegisteredByGuest()));
  EXPECT_THAT(other().Execute(Write()), Succeeded());
}

// With a helper that does not support dm-multipath, the guest locks itself out: the other path is
// an unregistered nexus.
// Catalogue: K6
TEST_F(Reservations, TheGuestsReservationSurvivesAFailoverOnPathsUsedByTheHelper) {
  ASSERT_NO_FATAL_FAILURE(ReserveInGuest());
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK(rig().path(0).Delete());
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(1))})));
  EXPECT_THAT(registrations(1), Eventually(IsReservedByGuest()));
  EXPECT_THAT(other().Execute(Write()), EndsWithStatus(ScsiStatus::kReservationConflict));
  if (!GuestReachesEveryPath()) {
    ASSERT_OK(io.AwaitFailures(2));
    EXPECT_THAT(InGuest(Write()), EndsWithStatus(ScsiStatus::kReservationConflict));
    ASSERT_THAT(InGuest(RegisterAndIgnoreExistingKey(kOurs)), Succeeded());
  }
  EXPECT_THAT(registrations(1), Eventually(IsReserved(kRegistrantsOnly)));
  ASSERT_OK(io.AwaitGoodCompletions());
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  if (GuestReachesEveryPath()) {
    EXPECT_THAT(report, CompletedWithoutErrors());
  } else {
    EXPECT_THAT(report, HasPhases({Good(), Failing(EBADE), Good()}));
  }
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

// Catalogue: K1
TEST_F(Reservations, TheGuestsWritesGetReservationConflictAfterPreemption) {
  ASSERT_NO_FATAL_FAILURE(ReserveInGuest());
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  ASSERT_THAT(other().Execute(RegisterAndIgnoreExistingKey(kTheirs)), Succeeded());

  ASSERT_THAT(other().Execute(Preempt(kTheirs, kOurs, kRegistrantsOnly)), Succeeded());

  for (const std::size_t through : {0, 1}) {
    EXPECT_THAT(registrations(through),
                Eventually(ElementsAre(Holding(other().nexus(), kTheirs, kRegistrantsOnly))));
  }
  ASSERT_OK(io.AwaitFailures());
  EXPECT_THAT(InGuest(Write()), EndsWithStatus(ScsiStatus::kReservationConflict));
  EXPECT_THAT(InGuest(Reserve(kOurs, kRegistrantsOnly)),
              EndsWithStatus(ScsiStatus::kReservationConflict));
  EXPECT_THAT(InGuest(Read()), Succeeded());
  ASSERT_OK_AND_ASSIGN(const std::string kernel, guest().KernelLog());
  EXPECT_THAT(kernel, HasSubstr("reservation conflict"));
  EXPECT_THAT(other().Execute(Write()), Succeeded());
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(0)), Enabled(rig().path(1))})));
  EXPECT_THAT(LogNow(), Not(Logs(KernelFails(rig().path(0)))));

  ASSERT_THAT(InGuest(RegisterAndIgnoreExistingKey(kOurs)), Succeeded());
  ASSERT_THAT(InGuest(Preempt(kOurs, kTheirs, kRegistrantsOnly)), Succeeded());
  EXPECT_THAT(registrations(1), Eventually(IsReservedByGuest()));
  EXPECT_THAT(other().Execute(Write()), EndsWithStatus(ScsiStatus::kReservationConflict));
  ASSERT_OK(io.AwaitGoodCompletions());
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, HasPhases({Good(), Failing(EBADE), Good()}));
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

/// QEMU is to pause the guest on an error of the storage.
class ReservationsUnderStop : public WithCapabilities<Reservations> {
 protected:
  guest::DiskOptions Disk() const override {
    guest::DiskOptions disk = Reservations::Disk();
    disk.error_policy = disk.rerror_policy = "stop";
    return disk;
  }
};

// A conflict is no error of the storage. Before 9.1, QEMU paused the guest for ever, since the
// resumed write met the conflict again, or aborted (mail
// 20240729094702.50282-1-kwolf@redhat.com).
// Catalogue: L1
TEST_F(ReservationsUnderStop, AConflictReachesTheGuestAndDoesNotPauseIt) {
  if (!capabilities().shows_conflicts_under_stop) {
    RecordKnownIssue(
        "https://lore.kernel.org/qemu-devel/20240729094702.50282-1-kwolf@redhat.com/",
        "QEMU before 9.1: a reservation conflict under policy \"stop\" pauses the guest for ever");
  }
  ASSERT_NO_FATAL_FAILURE(ReserveInGuest());
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  ASSERT_THAT(other().Execute(RegisterAndIgnoreExistingKey(kTheirs)), Succeeded());

  ASSERT_THAT(other().Execute(Preempt(kTheirs, kOurs, kRegistrantsOnly)), Succeeded());

  ASSERT_OK(io.AwaitFailures(3));
  EXPECT_THAT(guest().state(), StaysSo(IsRunning(), seconds(10)));
  ASSERT_THAT(InGuest(RegisterAndIgnoreExistingKey(kOurs)), Succeeded());
  ASSERT_THAT(InGuest(Preempt(kOurs, kTheirs, kRegistrantsOnly)), Succeeded());
  ASSERT_OK(io.AwaitGoodCompletions());
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, HasPhases({Good(), Failing(EBADE), Good()}));
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

// Before 6.0, QEMU paused the guest for every error, even a UNIT ATTENTION (commit 782a78c9e9). It
// applies the policy to reads and writes only. multipathd is held, since its check of the path
// could get the UNIT ATTENTION instead of the guest's write.
TEST_F(ReservationsUnderStop, AUnitAttentionReachesTheGuestAndDoesNotPauseIt) {
  ASSERT_THAT(InGuest(RegisterAndIgnoreExistingKey(kOurs)), Succeeded());
  ASSERT_THAT(other().Execute(RegisterAndIgnoreExistingKey(kTheirs)), Succeeded());
  ASSERT_OK_AND_ASSIGN(Cleanup held, rig().HoldMultipathd());

  ASSERT_THAT(other().Execute(Clear(kTheirs)), Succeeded());

  EXPECT_THAT(guest().Execute(Write()), EndsWithSense(scsi::SenseKey::kUnitAttention, 0x2a, 0x03));
  EXPECT_THAT(guest().state(), StaysSo(IsRunning(), seconds(5)));
  ASSERT_OK(held.Run());
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  ExpectNothingLost(io);
}

// Catalogue: K1
TEST_F(Reservations, ClearInTheGuestRemovesAllRegistrations) {
  ASSERT_NO_FATAL_FAILURE(ReserveOnHost(kRegistrantsOnly));
  ASSERT_THAT(other().Execute(RegisterAndIgnoreExistingKey(kTheirs)), Succeeded());
  EXPECT_THAT(registrations(0),
              Eventually(UnorderedElementsAre(Holding(nexus(0), kOurs, kRegistrantsOnly),
                                              Registered(nexus(1), kOurs),
                                              Registered(other().nexus(), kTheirs))));

  ASSERT_THAT(InGuest(Clear(kOurs)), Succeeded());

  EXPECT_THAT(registrations(0), Eventually(IsEmpty()));
  EXPECT_THAT(registrations(1), Eventually(IsEmpty()));
  EXPECT_THAT(other().Execute(Write()), Succeeded());
  EXPECT_THAT(InGuest(Write()), Succeeded());
}

// QEMU does not notice when an idle helper dies. On the next command it finds the connection
// closed; libvirt starts another helper, and QEMU sends the command to that one.
// Catalogue: K8
TEST_F(Reservations, AKilledHelperIsReplacedWhenTheGuestNeedsIt) {
  ASSERT_NO_FATAL_FAILURE(ReserveInGuest());
  ASSERT_OK_AND_ASSIGN(const auto before, pr_helper().Pids());
  ASSERT_THAT(before, SizeIs(1));
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK(KillPrHelper());
  ASSERT_OK(io.AwaitGoodCompletions());
  ASSERT_OK_AND_ASSIGN(const auto while_dead, pr_helper().Pids());
  EXPECT_THAT(while_dead, IsEmpty());
  EXPECT_THAT(other().Execute(Write()), EndsWithStatus(ScsiStatus::kReservationConflict));

  EXPECT_THAT(InGuest(scsi::ReadReservation()), Succeeded());
  ASSERT_OK_AND_ASSIGN(const auto after, pr_helper().Pids());
  EXPECT_THAT(after, ElementsAre(Not(before[0])));
  ASSERT_THAT(InGuest(Release(kOurs, kRegistrantsOnly)), Succeeded());
  EXPECT_THAT(other().Execute(Write()), Succeeded());
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, CompletedWithoutErrors());
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

// Catalogue: K8
TEST_F(Reservations, AHelperThatDiesDuringACommandFailsOnlyThatCommand) {
  ASSERT_THAT(InGuest(RegisterAndIgnoreExistingKey(kOurs)), Succeeded());
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  ASSERT_OK(pr_helper().Halt());
  ASSERT_OK_AND_ASSIGN(auto reserving, guest().Begin(Reserve(kOurs, kRegistrantsOnly)));
  ASSERT_OK(reserving.AwaitHeld());
  ASSERT_OK(io.AwaitGoodCompletions());

  ASSERT_OK(KillPrHelper());

  // QEMU turns the closed connection into EINVAL, and that into "invalid field in CDB".
  EXPECT_THAT(reserving.Await(), EndsWithSense(scsi::SenseKey::kIllegalRequest, 0x24, 0x00));
  EXPECT_THAT(registrations(0), Eventually(IsRegisteredByGuest()));
  EXPECT_THAT(InGuest(Reserve(kOurs, kRegistrantsOnly)), Succeeded());
  EXPECT_THAT(registrations(0), Eventually(IsReservedByGuest()));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, CompletedWithoutErrors());
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

// The guest's command is then sent to one path through SG_IO, like any other command, and the
// kernel rejects it because QEMU is unprivileged.
TEST_F(Reservations, WithoutManagedReservationsTheGuestCannotRegister) {
  ASSERT_OK(guest().Use({}));

  EXPECT_THAT(InGuest(RegisterAndIgnoreExistingKey(kOurs)), Not(Succeeded()));
  EXPECT_THAT(registrations(0), Eventually(IsEmpty()));
}

TEST_F(Reservations, MpathpersistRegistersEveryPathWithOneKey) {
  ASSERT_OK(persist().RegisterAndIgnoreExistingKey(kOurs, PersistDeadline()));
  for (const std::size_t through : {0, 1}) {
    EXPECT_THAT(registrations(through), Eventually(IsRegistered()));
  }
  EXPECT_THAT(key(), Eventually(std::string("0xabc123")));
  EXPECT_THAT(persist().Register(kTheirs, kTheirs, PersistDeadline()),
              FailsWith(HasSubstr("configured reservation key doesn't match")));

  ASSERT_OK(persist().Reserve(kOurs, kRegistrantsOnly, PersistDeadline()));
  EXPECT_THAT(registrations(0), Eventually(IsReserved(kRegistrantsOnly)));
  ASSERT_THAT(other().Execute(RegisterAndIgnoreExistingKey(kTheirs)), Succeeded());
  ASSERT_THAT(other().Execute(Preempt(kTheirs, kOurs, kRegistrantsOnly)), Succeeded());
  EXPECT_THAT(persist().Reserve(kOurs, kRegistrantsOnly, PersistDeadline()),
              FailsWith(HasSubstr("RESERVATION CONFLICT")));

  ASSERT_OK(persist().RegisterAndIgnoreExistingKey(kOurs, PersistDeadline()));
  ASSERT_OK(persist().Preempt(kOurs, kTheirs, kRegistrantsOnly, PersistDeadline()));
  EXPECT_THAT(registrations(1), Eventually(IsReserved(kRegistrantsOnly)));
  ASSERT_OK(persist().Release(kOurs, kRegistrantsOnly, PersistDeadline()));
  EXPECT_THAT(registrations(1), Eventually(IsRegistered()));
  ASSERT_OK(persist().Clear(kOurs, PersistDeadline()));
  EXPECT_THAT(registrations(1), Eventually(IsEmpty()));
  EXPECT_THAT(key(), Eventually(std::string("none")));
}

// Catalogue: K6
TEST_F(Reservations, FailoverKeepsTheReservationAndTheReturningPathIsRegisteredAgain) {
  ASSERT_NO_FATAL_FAILURE(ReserveOnHost(kRegistrantsOnly));
  ASSERT_OK_AND_ASSIGN(const std::uint32_t before, generation().Now());
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK(rig().path(0).Delete());
  ASSERT_THAT(topology(), Eventually(PathGroups({Active(rig().path(1))})));
  EXPECT_THAT(registrations(1), Eventually(IsReserved(kRegistrantsOnly)));
  EXPECT_THAT(generation(), Eventually(before));
  EXPECT_THAT(other().Execute(Write()), EndsWithStatus(ScsiStatus::kReservationConflict));
  ASSERT_OK(io.AwaitGoodCompletions());

  ASSERT_OK(rig().path(0).Rescan());
  EXPECT_THAT(log(), EventuallyLogs(AddsPath(rig().map(), rig().path(0))));
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(1)), Enabled(rig().path(0))})));
  EXPECT_THAT(generation(), Eventually(before + 1));
  EXPECT_THAT(registrations(0), Eventually(IsReserved(kRegistrantsOnly)));
  EXPECT_THAT(other().Execute(Write()), EndsWithStatus(ScsiStatus::kReservationConflict));
  ExpectNothingLost(io);
}

TEST_F(Reservations, APathWhoseLunWasUnmappedIsRegisteredWhenItReturns) {
  ASSERT_NO_FATAL_FAILURE(ReserveOnHost(kRegistrantsOnly));
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK(rig().path(1).UnmapLun());
  EXPECT_THAT(registrations(0),
              Eventually(ElementsAre(Holding(nexus(0), kOurs, kRegistrantsOnly))));
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(0))})));

  ASSERT_OK(rig().path(1).MapLun(rig().backstore()));
  EXPECT_THAT(log(), EventuallyLogs(AddsPath(rig().map(), rig().path(1))));
  EXPECT_THAT(registrations(1), Eventually(IsReserved(kRegistrantsOnly)));
  ExpectNothingLost(io);
}

// LIO drops the reservation together with the registration of its holder. multipathd registers the
// returning path but does not restore the reservation, and the guest is not notified.
TEST_F(Reservations, UnmappingTheHoldersLunLosesTheReservationPermanently) {
  ASSERT_NO_FATAL_FAILURE(ReserveOnHost(kRegistrantsOnly));
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK(rig().path(0).UnmapLun());
  EXPECT_THAT(registrations(1), Eventually(ElementsAre(Registered(nexus(1), kOurs))));
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(1))})));
  EXPECT_THAT(other().Execute(Write()), Succeeded());

  ASSERT_OK(rig().path(0).MapLun(rig().backstore()));
  EXPECT_THAT(log(), EventuallyLogs(AddsPath(rig().map(), rig().path(0))));
  EXPECT_THAT(registrations(0), Eventually(IsRegistered()));
  EXPECT_THAT(other().Execute(Write()), Succeeded());
  ExpectNothingLost(io);
}

// Multipath needs a "registrants only" type: with the plain type, only the nexus that holds the
// reservation may write; the other registered path may not.
TEST_F(Reservations, AHolderOnlyReservationLocksTheGuestOutAfterAFailover) {
  ASSERT_NO_FATAL_FAILURE(ReserveOnHost(kHolderOnly));
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK(rig().path(0).Delete());
  ASSERT_OK(io.AwaitFailures(2));
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(1))})));
  EXPECT_THAT(InGuest(Write()), EndsWithStatus(ScsiStatus::kReservationConflict));
  EXPECT_THAT(InGuest(Read()), Succeeded());

  ASSERT_OK(rig().path(0).Rescan());
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(1)), Enabled(rig().path(0))})));
  ASSERT_OK(io.AwaitFailures(2));
  ASSERT_OK(persist().Release(kOurs, kHolderOnly, PersistDeadline()));
  ASSERT_OK(io.AwaitGoodCompletions());
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, HasPhases({Good(), Failing(EBADE), Good()}));
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
  EXPECT_THAT(LogNow(), Not(Logs(KernelFails(rig().path(1)))));
}

// dm-multipath does not treat a reservation conflict as a path error (blk_path_error() in
// include/linux/blk_types.h): it neither fails the path nor retries on the other one.
TEST_F(Reservations, AConflictOnTheMapFailsTheIoButNotThePath) {
  constexpr auto kEverything = ReservationType::kExclusiveAccessRegistrantsOnly;
  ASSERT_THAT(other().Execute(RegisterAndIgnoreExistingKey(kTheirs)), Succeeded());
  ASSERT_THAT(other().Execute(Reserve(kTheirs, kEverything)), Succeeded());

  const auto read = scsi::ReadDirect(rig().MapDevice(), 0, 4096);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().error_number(), EBADE) << read.error().ToString();
  EXPECT_THAT(InGuest(Read()), EndsWithStatus(ScsiStatus::kReservationConflict));
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(0)), Enabled(rig().path(1))})));
  for (const std::size_t index : {0, 1}) {
    EXPECT_THAT(LogNow(), Not(Logs(KernelFails(rig().path(index)))));
  }
}

// SPC-4 5.9.11.2.2: a release by a registered nexus that does not hold the reservation succeeds and
// changes nothing. libmpathpersist took the holder for a failed path of its own, and preempted it.
TEST_F(Reservations, ReleasingAReservationOfAnotherNodeChangesNothing) {
  ASSERT_OK_AND_ASSIGN(const auto version, multipath::InstalledVersion());
  if (version < multipath::Version{0, 12, 0}) {
    RecordKnownIssue("https://github.com/opensvc/multipath-tools/commit/8d5f4a5e6a0d",
                     "multipath-tools before 0.12: mpathpersist preempts another node's "
                     "reservation when told to release its own");
  }
  ASSERT_OK(persist().RegisterAndIgnoreExistingKey(kOurs, PersistDeadline()));
  ASSERT_THAT(other().Execute(RegisterAndIgnoreExistingKey(kTheirs)), Succeeded());
  ASSERT_THAT(other().Execute(Reserve(kTheirs, kRegistrantsOnly)), Succeeded());
  const auto is_theirs =
      UnorderedElementsAre(Registered(nexus(0), kOurs), Registered(nexus(1), kOurs),
                           Holding(other().nexus(), kTheirs, kRegistrantsOnly));
  ASSERT_THAT(registrations(0), Eventually(is_theirs));

  ASSERT_OK(persist().Release(kOurs, kRegistrantsOnly, PersistDeadline()));

  EXPECT_THAT(registrations(0), Eventually(is_theirs, seconds(5)));
}

// multipathd had found the map's key registered, and registered the returning path with it, though
// the key was preempted in between: the node was no longer fenced.
TEST_F(Reservations, AKeyThatIsPreemptedWhileItsPathReturnsStaysAway) {
  ASSERT_OK_AND_ASSIGN(const auto version, multipath::InstalledVersion());
  if (version < multipath::Version{0, 13, 0}) {
    RecordKnownIssue("https://github.com/opensvc/multipath-tools/commit/601d09a7",
                     "multipath-tools before 0.13: a key that is preempted while a path returns is "
                     "registered again through that path");
  }
  ASSERT_NO_FATAL_FAILURE(ReserveOnHost(kRegistrantsOnly));
  ASSERT_THAT(other().Execute(RegisterAndIgnoreExistingKey(kTheirs)), Succeeded());
  ASSERT_NO_FATAL_FAILURE(LoseTheUnusedPath());
  ASSERT_OK_AND_ASSIGN(scsi::CommandGate gate, HoldMultipathdBeforeItRegisters());

  ASSERT_OK(rig().path(1).SetRunning());
  ASSERT_OK(gate.Await(PersistDeadline()));
  ASSERT_THAT(other().Execute(Preempt(kTheirs, kOurs, kRegistrantsOnly)), Succeeded());
  gate.Open();

  // multipathd answers once it has dealt with the path.
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(0)), Enabled(rig().path(1))})));
  EXPECT_THAT(
      registrations(0),
      Eventually(ElementsAre(Holding(other().nexus(), kTheirs, kRegistrantsOnly)), seconds(5)));
}

// mpathpersist looks which paths are up, registers those, and then tells multipathd that the key is
// registered. A path that came up in between was registered by neither, and the next failover to it
// met conflicts.
TEST_F(Reservations, APathThatReturnsDuringARegistrationIsRegistered) {
  ASSERT_OK_AND_ASSIGN(const auto version, multipath::InstalledVersion());
  if (version < multipath::Version{0, 14, 0}) {
    RecordKnownIssue(
        "https://github.com/opensvc/multipath-tools/commit/f7d6cd17",
        "multipath-tools before 0.14: a path that returns while mpathpersist registers "
        "a key is not registered");
  }
  ASSERT_NO_FATAL_FAILURE(LoseTheUnusedPath());
  std::future<Status> registering;
  // mpathpersist asks it to store the key first, and so cannot register before it is traced.
  ASSERT_OK_AND_ASSIGN(Cleanup held, rig().HoldMultipathd());
  registering = std::async(std::launch::async, [this] {
    return persist_by_another().RegisterAndIgnoreExistingKey(kOurs, PersistDeadline());
  });
  ASSERT_OK_AND_ASSIGN(scsi::CommandGate gate, HoldMpathpersistBeforeItRegisters());
  ASSERT_OK(held.Run());
  ASSERT_OK(gate.Await(PersistDeadline()));

  ASSERT_OK(rig().path(1).SetRunning());
  ASSERT_THAT(topology(), Eventually(PathGroups({Active(rig().path(0)), Enabled(rig().path(1))})));
  gate.Open();

  ASSERT_OK(registering.get());
  EXPECT_THAT(registrations(1), Eventually(IsRegistered(), seconds(10)));
}

TEST_F(Reservations, TheGuestsReleaseOfAReservationOfAnotherNodeChangesNothing) {
  ASSERT_THAT(InGuest(RegisterAndIgnoreExistingKey(kOurs)), Succeeded());
  ASSERT_THAT(other().Execute(RegisterAndIgnoreExistingKey(kTheirs)), Succeeded());
  ASSERT_THAT(other().Execute(Reserve(kTheirs, kRegistrantsOnly)), Succeeded());
  const auto theirs_holds = Contains(Holding(other().nexus(), kTheirs, kRegistrantsOnly));
  ASSERT_THAT(registrations(0), Eventually(theirs_holds));

  EXPECT_THAT(InGuest(Release(kOurs, kRegistrantsOnly)), Succeeded());

  EXPECT_THAT(registrations(0), Eventually(theirs_holds, seconds(5)));
}

DUALPATH_ALSO_OVER_ISCSI(Reservations,
                         FailoverKeepsTheReservationAndTheReturningPathIsRegisteredAgain);
DUALPATH_ALSO_OVER_ISCSI(Reservations, ClearInTheGuestRemovesAllRegistrations);

class ReservationsWithoutAKey : public Reservations {
 protected:
  RigOptions Options() const override { return {}; }
};

// libmpathpersist rejects the command before sending it to any path. A helper that does not use
// libmpathpersist rejects nothing.
TEST_F(ReservationsWithoutAKey, OnlyAHelperWithoutMultipathSupportRegistersTheGuest) {
  EXPECT_THAT(persist().RegisterAndIgnoreExistingKey(kOurs, PersistDeadline()),
              FailsWith(HasSubstr("no configured reservation key")));
  EXPECT_THAT(registrations(0), Eventually(IsEmpty()));

  if (GuestReachesEveryPath()) {
    EXPECT_THAT(InGuest(RegisterAndIgnoreExistingKey(kOurs)), Not(Succeeded()));
    EXPECT_THAT(registrations(0), Eventually(IsEmpty()));
  } else {
    EXPECT_THAT(InGuest(RegisterAndIgnoreExistingKey(kOurs)), Succeeded());
    EXPECT_THAT(registrations(0), Eventually(IsRegisteredByGuest()));
  }
}

}  // namespace
}  // namespace dualpath
