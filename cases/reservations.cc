// Persistent reservations. The guest's commands go by QEMU to qemu-pr-helper, the host's by
// mpathpersist to every path, and a second initiator shares the LUN.
//
// LIO knows who is registered by I_T nexus, and each path is a nexus of its own. So what a guest's
// command does depends on whether its helper supports dm-multipath (guest::SupportsMultipath).

#include <cerrno>

#include "fixtures/reservation_fixture.h"
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
using ::testing::AllOf;
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

/// Far behind what verified writes touch.
scsi::Command Write() { return scsi::Write10(1000000, scsi::Bytes(512, 0x5a)); }
scsi::Command Read() { return scsi::Read10(1000000, 1); }

class Reservations : public ReservationTest {
 protected:
  /// The guest's key on those paths that the guest reaches while the first is active.
  auto IsRegisteredByGuest() {
    std::vector<Registration> expected = {Registered(nexus(0), kOurs)};
    if (GuestReachesEveryPath()) expected.push_back(Registered(nexus(1), kOurs));
    return UnorderedElementsAreArray(expected);
  }

  /// The same with the reservation.
  auto IsReservedByGuest() {
    std::vector<Registration> expected = {Holding(nexus(0), kOurs, kRegistrantsOnly)};
    if (GuestReachesEveryPath()) expected.push_back(Registered(nexus(1), kOurs));
    return UnorderedElementsAreArray(expected);
  }

  /// Our key on both paths.
  auto IsRegistered() {
    return UnorderedElementsAre(Registered(nexus(0), kOurs), Registered(nexus(1), kOurs));
  }

  /// Our key on both paths, and the reservation with the first.
  auto IsReserved(ReservationType type) {
    return UnorderedElementsAre(Holding(nexus(0), kOurs, type), Registered(nexus(1), kOurs));
  }

  void ReserveInGuest() {
    ASSERT_THAT(InGuest(RegisterAndIgnoreExistingKey(kOurs)), Succeeded());
    ASSERT_THAT(InGuest(Reserve(kOurs, kRegistrantsOnly)), Succeeded());
    ASSERT_THAT(registrations(1), Eventually(IsReservedByGuest()));
  }

  void ReserveOnHost(ReservationType type) {
    ASSERT_OK(persist().RegisterAndIgnoreExistingKey(kOurs, PersistDeadline()));
    ASSERT_OK(persist().Reserve(kOurs, type, PersistDeadline()));
    ASSERT_THAT(registrations(1), Eventually(IsReserved(type)));
  }
};

TEST_F(Reservations, TheGuestsRegistrationReachesThePathsThatItsHelperKnows) {
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

TEST_F(Reservations, TheGuestsReservationKeepsTheOtherFromWritingUntilItIsReleased) {
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
  ASSERT_OK(io.AwaitGoodCompletions(3));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, CompletedWithoutErrors());
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));

  ASSERT_THAT(InGuest(Release(kOurs, kRegistrantsOnly)), Succeeded());
  EXPECT_THAT(registrations(1), Eventually(IsRegisteredByGuest()));
  EXPECT_THAT(other().Execute(Write()), Succeeded());
}

// A helper that does not know dm-multipath leaves the guest with a reservation against itself: the
// other path is a nexus that nobody has registered.
TEST_F(Reservations, TheGuestsReservationSurvivesAFailoverOnThePathsThatItsHelperKnows) {
  ASSERT_NO_FATAL_FAILURE(ReserveInGuest());
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK(rig().path(0).Delete());
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(path(1))})));
  EXPECT_THAT(registrations(1), Eventually(IsReservedByGuest()));
  EXPECT_THAT(other().Execute(Write()), EndsWithStatus(ScsiStatus::kReservationConflict));
  if (!GuestReachesEveryPath()) {
    ASSERT_OK(io.AwaitFailures(2));
    EXPECT_THAT(InGuest(Write()), EndsWithStatus(ScsiStatus::kReservationConflict));
    ASSERT_THAT(InGuest(RegisterAndIgnoreExistingKey(kOurs)), Succeeded());
  }
  EXPECT_THAT(registrations(1), Eventually(IsReserved(kRegistrantsOnly)));
  ASSERT_OK(io.AwaitGoodCompletions(3));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  if (GuestReachesEveryPath()) {
    EXPECT_THAT(report, CompletedWithoutErrors());
  } else {
    EXPECT_THAT(report, HasPhases({Good(), Failing(EBADE), Good()}));
  }
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

TEST_F(Reservations, PreemptedByTheOtherTheGuestsWritesEndInReservationConflict) {
  ASSERT_NO_FATAL_FAILURE(ReserveInGuest());
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  ASSERT_THAT(other().Execute(RegisterAndIgnoreExistingKey(kTheirs)), Succeeded());

  ASSERT_THAT(other().Execute(Preempt(kTheirs, kOurs, kRegistrantsOnly)), Succeeded());

  for (const std::size_t through : {0, 1}) {
    EXPECT_THAT(registrations(through),
                Eventually(ElementsAre(Holding(other().nexus(), kTheirs, kRegistrantsOnly))));
  }
  ASSERT_OK(io.AwaitFailures(3));
  EXPECT_THAT(InGuest(Write()), EndsWithStatus(ScsiStatus::kReservationConflict));
  EXPECT_THAT(InGuest(Reserve(kOurs, kRegistrantsOnly)),
              EndsWithStatus(ScsiStatus::kReservationConflict));
  EXPECT_THAT(InGuest(Read()), Succeeded());
  ASSERT_OK_AND_ASSIGN(const std::string kernel, guest().KernelLog());
  EXPECT_THAT(kernel, HasSubstr("reservation conflict"));
  EXPECT_THAT(other().Execute(Write()), Succeeded());
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(path(0)), Enabled(path(1))})));
  EXPECT_THAT(LogNow(), Not(Logs(KernelFails(path(0)))));

  ASSERT_THAT(InGuest(RegisterAndIgnoreExistingKey(kOurs)), Succeeded());
  ASSERT_THAT(InGuest(Preempt(kOurs, kTheirs, kRegistrantsOnly)), Succeeded());
  EXPECT_THAT(registrations(1), Eventually(IsReservedByGuest()));
  EXPECT_THAT(other().Execute(Write()), EndsWithStatus(ScsiStatus::kReservationConflict));
  ASSERT_OK(io.AwaitGoodCompletions(3));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, HasPhases({Good(), Failing(EBADE), Good()}));
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

TEST_F(Reservations, ClearInTheGuestRemovesEverybodysRegistration) {
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

// Nobody watches an idle helper. QEMU notices when it has something to ask, libvirt starts another
// one, and QEMU asks that.
TEST_F(Reservations, AKilledHelperIsReplacedWhenTheGuestNeedsIt) {
  ASSERT_NO_FATAL_FAILURE(ReserveInGuest());
  ASSERT_OK_AND_ASSIGN(const auto before, pr_helper().Pids());
  ASSERT_THAT(before, SizeIs(1));
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK(pr_helper().Kill());
  ASSERT_OK(io.AwaitGoodCompletions(3));
  ASSERT_OK_AND_ASSIGN(const auto meanwhile, pr_helper().Pids());
  EXPECT_THAT(meanwhile, IsEmpty());
  EXPECT_THAT(other().Execute(Write()), EndsWithStatus(ScsiStatus::kReservationConflict));

  EXPECT_THAT(InGuest(scsi::ReadReservation()), Succeeded());
  ASSERT_OK_AND_ASSIGN(const auto after, pr_helper().Pids());
  EXPECT_THAT(after, ElementsAre(Not(before[0])));
  ASSERT_THAT(InGuest(Release(kOurs, kRegistrantsOnly)), Succeeded());
  EXPECT_THAT(other().Execute(Write()), Succeeded());
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, CompletedWithoutErrors());
}

TEST_F(Reservations, AHelperThatDiesOverACommandFailsThatCommandAlone) {
  ASSERT_THAT(InGuest(RegisterAndIgnoreExistingKey(kOurs)), Succeeded());
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  ASSERT_OK(pr_helper().Halt());
  ASSERT_OK_AND_ASSIGN(auto reserving, guest().Begin(Reserve(kOurs, kRegistrantsOnly)));
  ASSERT_OK(reserving.AwaitHeld());
  ASSERT_OK(io.AwaitGoodCompletions(3));

  ASSERT_OK(pr_helper().Kill());

  // QEMU makes EINVAL of the connection's end, and of that an invalid field in the CDB.
  EXPECT_THAT(reserving.Await(), EndsWithSense(scsi::SenseKey::kIllegalRequest, 0x24, 0x00));
  EXPECT_THAT(registrations(0), Eventually(IsRegisteredByGuest()));
  EXPECT_THAT(InGuest(Reserve(kOurs, kRegistrantsOnly)), Succeeded());
  EXPECT_THAT(registrations(0), Eventually(IsReservedByGuest()));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, CompletedWithoutErrors());
}

// The guest's command then goes down one path by SG_IO like any other, and the kernel refuses it to
// QEMU, which is not privileged.
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

TEST_F(Reservations, FailoverKeepsTheReservationAndTheReturningPathIsRegisteredAgain) {
  ASSERT_NO_FATAL_FAILURE(ReserveOnHost(kRegistrantsOnly));
  ASSERT_OK_AND_ASSIGN(const std::uint32_t before, generation().Now());
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK(rig().path(0).Delete());
  ASSERT_THAT(topology(), Eventually(PathGroups({Active(path(1))})));
  EXPECT_THAT(registrations(1), Eventually(IsReserved(kRegistrantsOnly)));
  EXPECT_THAT(generation(), Eventually(before));
  EXPECT_THAT(other().Execute(Write()), EndsWithStatus(ScsiStatus::kReservationConflict));
  ASSERT_OK(io.AwaitGoodCompletions(3));

  ASSERT_OK(rig().path(0).Rescan());
  EXPECT_THAT(log(), EventuallyLogs(AddsPath(rig().map(), path(0))));
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(path(1)), Enabled(path(0))})));
  EXPECT_THAT(generation(), Eventually(before + 1));
  EXPECT_THAT(registrations(0), Eventually(IsReserved(kRegistrantsOnly)));
  EXPECT_THAT(other().Execute(Write()), EndsWithStatus(ScsiStatus::kReservationConflict));
  ASSERT_OK(io.AwaitGoodCompletions(3));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, CompletedWithoutErrors());
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

TEST_F(Reservations, APathWhoseLunWasUnmappedIsRegisteredWhenItReturns) {
  ASSERT_NO_FATAL_FAILURE(ReserveOnHost(kRegistrantsOnly));
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK(rig().path(1).UnmapLun());
  EXPECT_THAT(registrations(0),
              Eventually(ElementsAre(Holding(nexus(0), kOurs, kRegistrantsOnly))));
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(path(0))})));

  ASSERT_OK(rig().path(1).MapLun(rig().backstore()));
  EXPECT_THAT(log(), EventuallyLogs(AddsPath(rig().map(), path(1))));
  EXPECT_THAT(registrations(1), Eventually(IsReserved(kRegistrantsOnly)));
  ASSERT_OK(io.AwaitGoodCompletions(3));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, CompletedWithoutErrors());
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

// With the registration LIO takes the reservation that the nexus held, and multipathd registers,
// but does not reserve. Nobody tells the guest.
TEST_F(Reservations, UnmappingTheHoldersLunLosesTheReservationForGood) {
  ASSERT_NO_FATAL_FAILURE(ReserveOnHost(kRegistrantsOnly));
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK(rig().path(0).UnmapLun());
  EXPECT_THAT(registrations(1), Eventually(ElementsAre(Registered(nexus(1), kOurs))));
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(path(1))})));
  EXPECT_THAT(other().Execute(Write()), Succeeded());

  ASSERT_OK(rig().path(0).MapLun(rig().backstore()));
  EXPECT_THAT(log(), EventuallyLogs(AddsPath(rig().map(), path(0))));
  EXPECT_THAT(registrations(0), Eventually(IsRegistered()));
  EXPECT_THAT(other().Execute(Write()), Succeeded());
  ASSERT_OK(io.AwaitGoodCompletions(3));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, CompletedWithoutErrors());
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

// "Registrants only" is what makes a reservation fit for multipath: by the plain type a path that
// is registered may not write either.
TEST_F(Reservations, AReservationForTheHolderOnlyShutsTheGuestOutAfterAFailover) {
  ASSERT_NO_FATAL_FAILURE(ReserveOnHost(kHolderOnly));
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK(rig().path(0).Delete());
  ASSERT_OK(io.AwaitFailures(2));
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(path(1))})));
  EXPECT_THAT(InGuest(Write()), EndsWithStatus(ScsiStatus::kReservationConflict));
  EXPECT_THAT(InGuest(Read()), Succeeded());

  ASSERT_OK(rig().path(0).Rescan());
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(path(1)), Enabled(path(0))})));
  ASSERT_OK(io.AwaitFailures(2));
  ASSERT_OK(persist().Release(kOurs, kHolderOnly, PersistDeadline()));
  ASSERT_OK(io.AwaitGoodCompletions(3));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, HasPhases({Good(), Failing(EBADE), Good()}));
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
  EXPECT_THAT(LogNow(), Not(Logs(KernelFails(path(1)))));
}

// dm-multipath knows a conflict for what it is: no fault of the path.
TEST_F(Reservations, AConflictOnTheMapFailsTheIoAndNotThePath) {
  constexpr auto kEverything = ReservationType::kExclusiveAccessRegistrantsOnly;
  ASSERT_THAT(other().Execute(RegisterAndIgnoreExistingKey(kTheirs)), Succeeded());
  ASSERT_THAT(other().Execute(Reserve(kTheirs, kEverything)), Succeeded());

  const auto read = scsi::ReadDirect(rig().MapDevice(), 0, 4096);
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().error_number(), EBADE) << read.error().ToString();
  EXPECT_THAT(InGuest(Read()), EndsWithStatus(ScsiStatus::kReservationConflict));
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(path(0)), Enabled(path(1))})));
  for (const std::size_t index : {0, 1}) {
    EXPECT_THAT(LogNow(), Not(Logs(KernelFails(path(index)))));
  }
}

class ReservationsWithoutAKey : public Reservations {
 protected:
  RigOptions Options() const override { return {}; }
};

// libmpathpersist refuses before any path has seen the command. A helper that does not use it
// refuses nothing.
TEST_F(ReservationsWithoutAKey, OnlyAHelperThatDoesNotKnowMultipathRegistersTheGuest) {
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
