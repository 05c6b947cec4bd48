// A path fails repeatedly. multipathd delays its reinstatement unless no other path is left.
//
// Labels: timers

#include "fixtures/timers_fixture.h"
#include "helpers/multipath/service.h"

namespace dualpath {
namespace {

using std::chrono::seconds;
using ::testing::Not;

/// The second path, which carries no I/O, fails repeatedly.
class ShakyPathsTest : public TimersTest {
 protected:
  static constexpr std::size_t kShaky = 1;

  /// Returns the missing requirement for `option`, which needs multipath-tools `since` or later.
  static std::vector<host::Missing> MissingUnless(const multipath::Version& since,
                                                  const std::string& option) {
    const auto installed = multipath::InstalledVersion();
    if (installed.ok() && *installed >= since) return {};
    return {{"option " + option + " of multipathd",
             "Needs multipath-tools " + since.ToString() + "; installed: " +
                 (installed.ok() ? installed->ToString() : installed.error().ToString()) + "."}};
  }

  void Flap() {
    ASSERT_NO_FATAL_FAILURE(Lose(kShaky));
    ASSERT_THAT(topology(),
                Eventually(PathGroups(
                    {Active(rig().path(0)), Enabled(Faulty(rig().path(kShaky), "offline"))})));
    ASSERT_NO_FATAL_FAILURE(Regain(kShaky));
  }

  /// Fails the path once more, after which it works again but is not reinstated by multipathd.
  void FlapUntilDelayed() {
    ASSERT_NO_FATAL_FAILURE(Lose(kShaky));
    ASSERT_OK(MarkLog());
    ASSERT_OK(rig().path(kShaky).SetRunning());
    ASSERT_THAT(
        topology(),
        Eventually(PathGroups({Active(rig().path(0)), Enabled(HeldBack(rig().path(kShaky)))})));
    delayed_since_ = Now();
  }

  void ExpectReinstatedAfter(seconds time) {
    EXPECT_THAT(log(), EventuallyLogs(Reinstates(rig().path(kShaky)), time + seconds(30)));
    EXPECT_THAT(topology(),
                Eventually(PathGroups({Active(rig().path(0)), Enabled(rig().path(kShaky))})));
    ASSERT_OK_AND_ASSIGN(const auto reinstated, TimeOf(Reinstates(rig().path(kShaky)), LogNow()));
    EXPECT_GE(reinstated - delayed_since_, time - seconds(5));
    EXPECT_LE(reinstated - delayed_since_, time + seconds(10));
  }

 private:
  std::chrono::microseconds delayed_since_{0};
};

class SanPathErr : public ShakyPathsTest {
 protected:
  static constexpr seconds kRecovery{120};

  std::vector<host::Missing> Lacks() const override {
    return MissingUnless({0, 8, 0}, "san_path_err_threshold");
  }

  multipath::Config Tuned(multipath::Config config) override {
    config.san_path_err = multipath::SanPathErr{2, 4, kRecovery.count()};
    return config;
  }

  void FailTooOften() {
    ASSERT_NO_FATAL_FAILURE(Flap());
    ASSERT_NO_FATAL_FAILURE(Flap());
    ASSERT_NO_FATAL_FAILURE(FlapUntilDelayed());
  }
};

// Catalogue: E17
TEST_F(SanPathErr, APathThatFailsTooOftenIsDelayedForItsRecoveryTime) {
  ASSERT_OK_AND_ASSIGN(auto io, StartSlowWrites());

  ASSERT_NO_FATAL_FAILURE(FailTooOften());

  ExpectReinstatedAfter(kRecovery);
  ExpectNothingLost(io);
}

TEST_F(SanPathErr, FailuresThatAreFarApartAreForgotten) {
  ASSERT_OK_AND_ASSIGN(auto io, StartSlowWrites());

  for (int failure = 1; failure <= 4; ++failure) {
    SCOPED_TRACE(failure);
    ASSERT_NO_FATAL_FAILURE(Flap());
    // Each failure is forgotten after five good checks of the path.
    ASSERT_OK(io.AwaitGoodFor(seconds(35)));
  }

  EXPECT_THAT(topology(),
              Eventually(PathGroups({Active(rig().path(0)), Enabled(rig().path(kShaky))})));

  // Failures that are close together are counted on the same map: otherwise, the option has no
  // effect, and forgetting proves nothing.
  ASSERT_NO_FATAL_FAILURE(FailTooOften());
  ExpectReinstatedAfter(kRecovery);
  ExpectNothingLost(io);
}

TEST_F(SanPathErr, ADelayedPathIsUsedWhenNoOtherIsLeft) {
  ASSERT_OK_AND_ASSIGN(auto io, StartSlowWrites());
  ASSERT_NO_FATAL_FAILURE(FailTooOften());

  ASSERT_OK(rig().path(0).Delete());

  EXPECT_THAT(log(), EventuallyLogs(Reinstates(rig().path(kShaky))));
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(kShaky))})));
  EXPECT_THAT(LogNow(), Not(Logs(DisablesQueueing(rig().map()))));
  ExpectNothingLost(io);
}

class MarginalPath : public ShakyPathsTest {
 protected:
  static constexpr seconds kSample{120};

  std::vector<host::Missing> Lacks() const override {
    return MissingUnless({0, 7, 4}, "marginal_path_err_sample_time");
  }

  multipath::Config Tuned(multipath::Config config) override {
    config.marginal_path = multipath::MarginalPath{60, kSample.count(), 100, 60};
    return config;
  }
};

// Catalogue: E17
TEST_F(MarginalPath, APathThatFailsTwiceIsDelayedUntilASampleIsGood) {
  ASSERT_OK_AND_ASSIGN(auto io, StartSlowWrites());

  ASSERT_NO_FATAL_FAILURE(Flap());
  ASSERT_NO_FATAL_FAILURE(FlapUntilDelayed());

  ExpectReinstatedAfter(kSample);
  ExpectNothingLost(io);
}

}  // namespace
}  // namespace dualpath
