// The conformance tests of libiscsi on a path, on both paths, and on the map. The map must give the
// same verdicts as a path, also with a path down: dm-multipath passes SG_IO on and changes nothing.
// In the guest, QEMU and the kernel's filter of SG_IO add theirs.
//
// Labels: conformance

#include "cases/conformance_verdicts.h"
#include "fixtures/conformance_fixture.h"

namespace dualpath {
namespace {

using Conformance = ConformanceTest;

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

class ConformanceInGuest : public ConformanceTest,
                           public ::testing::WithParamInterface<std::size_t> {};

/// The whole set takes a quarter of an hour of CPU time in a guest without KVM.
constexpr std::size_t kShares = 6;

TEST_P(ConformanceInGuest, HasItsOwnVerdicts) {
  // ExtendedCopy.Large uses the answer to a command that it was refused.
  ASSERT_OK_AND_ASSIGN(auto run, StartInGuest({GetParam(), kShares, {"ExtendedCopy.Large"}}));
  ASSERT_OK_AND_ASSIGN(const auto report, AwaitEnd(run, "guest"));
  EXPECT_THAT(report, HasVerdicts(Of(report, VerdictsInGuest())));
}

INSTANTIATE_TEST_SUITE_P(Share, ConformanceInGuest, ::testing::Range(std::size_t{0}, kShares));

}  // namespace
}  // namespace dualpath
