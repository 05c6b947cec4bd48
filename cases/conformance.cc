// The conformance tests of libiscsi on a path, on both paths, and on the map. The map must give the
// same verdicts as a path, also with a path down: dm-multipath passes SG_IO on and changes nothing.
//
// Labels: conformance

#include "cases/conformance_verdicts.h"
#include "fixtures/conformance_fixture.h"

namespace dualpath {
namespace {

using Conformance = ConformanceTest;

/// The guest's persistent reservations go to qemu-pr-helper, on every path.
class ConformanceWithReservations : public ConformanceTest {
 protected:
  guest::DiskOptions Disk() const override {
    guest::DiskOptions disk;
    disk.managed_reservations = true;
    return disk;
  }
};

/// Each run sends several thousand commands.
constexpr std::uint64_t kMany = 1000;

TEST_F(Conformance, OfAPath) {
  ASSERT_OK_AND_ASSIGN(auto run, StartOnPath(0));
  ASSERT_OK_AND_ASSIGN(const auto report, AwaitEnd(run, "path"));
  EXPECT_THAT(report, HasVerdicts(VerdictsOnOneDevice()));
}

TEST_F(Conformance, OfBothPathsAsOneUnit) {
  ASSERT_OK_AND_ASSIGN(auto run, StartOnBothPaths());
  ASSERT_OK_AND_ASSIGN(const auto report, AwaitEnd(run, "both paths"));
  EXPECT_THAT(report, HasVerdicts(VerdictsOnBothPaths()));
}

TEST_F(Conformance, OfTheMapIsThatOfItsPath) {
  ASSERT_OK_AND_ASSIGN(const auto before, path_io().Now());
  ASSERT_OK_AND_ASSIGN(auto run, StartOnMap());
  ASSERT_OK_AND_ASSIGN(const auto report, AwaitEnd(run, "map"));
  EXPECT_THAT(report, HasVerdicts(VerdictsOnOneDevice()));
  ASSERT_OK_AND_ASSIGN(const auto now, path_io().Now());
  EXPECT_THAT(IoSince(before, now), CarriedBy(rig().path(0), kMany));
}

TEST_F(Conformance, OfTheMapWithAPathDownIsThatOfTheOtherPath) {
  ASSERT_OK(rig().path(0).SetOffline());
  ASSERT_THAT(log(), EventuallyLogs(KernelFails(rig().path(0))));

  ASSERT_OK_AND_ASSIGN(const auto before, path_io().Now());
  ASSERT_OK_AND_ASSIGN(auto run, StartOnMap());
  ASSERT_OK_AND_ASSIGN(const auto report, AwaitEnd(run, "map, path down"));
  EXPECT_THAT(report, HasVerdicts(VerdictsOnOneDevice()));
  ASSERT_OK_AND_ASSIGN(const auto now, path_io().Now());
  EXPECT_THAT(IoSince(before, now), CarriedBy(rig().path(1), kMany));
}

// In the guest: through its kernel, virtio-scsi, scsi-block, and this machine's SG_IO on the map.
TEST_F(Conformance, OfTheGuestsDisk) {
  ASSERT_OK_AND_ASSIGN(const auto before, path_io().Now());
  ASSERT_OK_AND_ASSIGN(auto run, StartInGuest(TestsThatCrashInTheGuest()));
  ASSERT_OK_AND_ASSIGN(const auto report, AwaitEnd(run, "guest"));
  EXPECT_THAT(report, HasVerdicts(VerdictsInTheGuest()));
  ASSERT_OK_AND_ASSIGN(const auto now, path_io().Now());
  EXPECT_THAT(IoSince(before, now), CarriedBy(rig().path(0), kMany));
}

TEST_F(Conformance, OfTheGuestsDiskWithAPathDown) {
  ASSERT_OK(rig().path(0).SetOffline());
  ASSERT_THAT(log(), EventuallyLogs(KernelFails(rig().path(0))));

  ASSERT_OK_AND_ASSIGN(const auto before, path_io().Now());
  ASSERT_OK_AND_ASSIGN(auto run, StartInGuest(TestsThatCrashInTheGuest()));
  ASSERT_OK_AND_ASSIGN(const auto report, AwaitEnd(run, "guest, path down"));
  EXPECT_THAT(report, HasVerdicts(VerdictsInTheGuest()));
  ASSERT_OK_AND_ASSIGN(const auto now, path_io().Now());
  EXPECT_THAT(IoSince(before, now), CarriedBy(rig().path(1), kMany));
}

TEST_F(ConformanceWithReservations, OfTheGuestsDisk) {
  ASSERT_OK_AND_ASSIGN(auto run, StartInGuest(TestsThatCrashInTheGuest()));
  ASSERT_OK_AND_ASSIGN(const auto report, AwaitEnd(run, "guest, reservations"));
  EXPECT_THAT(report, HasVerdicts(VerdictsInTheGuestWithReservations()));
}

}  // namespace
}  // namespace dualpath
