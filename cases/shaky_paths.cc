// A path fails again and again. multipathd holds it back when it works again, unless none is left.
// Labels: timers

#include "fixtures/timers_fixture.h"
#include "helpers/multipath/service.h"

namespace dualpath {
namespace {

using std::chrono::seconds;
using ::testing::Not;

/// The second path, which carries no I/O, is the one that fails.
class ShakyPathsTest : public TimersTest {
 protected:
  static constexpr std::size_t kShaky = 1;

  /// `option` came with version `since`.
  static std::vector<host::Missing> LacksUnless(const multipath::Version& since,
                                                const std::string& option) {
    const auto installed = multipath::InstalledVersion();
    if (installed.ok() && *installed >= since) return {};
    return {{"option " + option + " of multipathd",
             "It needs multipath-tools " + since.ToString() + "; installed: " +
                 (installed.ok() ? installed->ToString() : installed.error().ToString()) + "."}};
  }

  void Flap() {
    ASSERT_NO_FATAL_FAILURE(Lose(kShaky));
    ASSERT_THAT(
        topology(),
        Eventually(PathGroups({Active(path(0)), Enabled(Faulty(path(kShaky), "offline"))})));
    ASSERT_NO_FATAL_FAILURE(Regain(kShaky));
  }

  /// The last failure, after which the path works again and is not used.
  void FlapAndBeHeldBack() {
    ASSERT_NO_FATAL_FAILURE(Lose(kShaky));
    ASSERT_OK(MarkLog());
    ASSERT_OK(rig().path(kShaky).SetRunning());
    ASSERT_THAT(topology(),
                Eventually(PathGroups({Active(path(0)), Enabled(HeldBack(path(kShaky)))})));
    held_back_ = Now();
  }

  void ExpectReinstatedAfter(seconds time) {
    EXPECT_THAT(log(), EventuallyLogs(Reinstates(path(kShaky)), time + seconds(30)));
    EXPECT_THAT(topology(), Eventually(PathGroups({Active(path(0)), Enabled(path(kShaky))})));
    ASSERT_OK_AND_ASSIGN(const auto reinstated, TimeOf(Reinstates(path(kShaky)), LogNow()));
    EXPECT_GE(reinstated - held_back_, time - seconds(5));
    EXPECT_LE(reinstated - held_back_, time + seconds(10));
  }

 private:
  std::chrono::microseconds held_back_{0};
};

class SanPathErr : public ShakyPathsTest {
 protected:
  static constexpr seconds kRecovery{120};

  std::vector<host::Missing> Lacks() const override {
    return LacksUnless({0, 8, 0}, "san_path_err_threshold");
  }

  multipath::Config Tuned(multipath::Config config) override {
    config.san_path_err = multipath::SanPathErr{2, 4, kRecovery.count()};
    return config;
  }

  void FailTooOften() {
    ASSERT_NO_FATAL_FAILURE(Flap());
    ASSERT_NO_FATAL_FAILURE(Flap());
    ASSERT_NO_FATAL_FAILURE(FlapAndBeHeldBack());
  }
};

TEST_F(SanPathErr, APathThatFailsTooOftenIsHeldBackForItsRecoveryTime) {
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
    // Five checks of a path that works make one failure forgotten.
    ASSERT_OK(io.AwaitGoodFor(seconds(35)));
  }

  EXPECT_THAT(topology(), Eventually(PathGroups({Active(path(0)), Enabled(path(kShaky))})));
  ExpectNothingLost(io);
}

TEST_F(SanPathErr, APathThatIsHeldBackServesWhenNoOtherIsLeft) {
  ASSERT_OK_AND_ASSIGN(auto io, StartSlowWrites());
  ASSERT_NO_FATAL_FAILURE(FailTooOften());

  ASSERT_OK(rig().path(0).Delete());

  EXPECT_THAT(log(), EventuallyLogs(Reinstates(path(kShaky))));
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(path(kShaky))})));
  EXPECT_THAT(LogNow(), Not(Logs(DisablesQueueing(rig().map()))));
  ExpectNothingLost(io);
}

class MarginalPath : public ShakyPathsTest {
 protected:
  static constexpr seconds kSample{120};

  std::vector<host::Missing> Lacks() const override {
    return LacksUnless({0, 7, 4}, "marginal_path_err_sample_time");
  }

  multipath::Config Tuned(multipath::Config config) override {
    config.marginal_path = multipath::MarginalPath{60, kSample.count(), 100, 60};
    return config;
  }
};

TEST_F(MarginalPath, APathThatFailsTwiceIsHeldBackUntilASampleIsGood) {
  ASSERT_OK_AND_ASSIGN(auto io, StartSlowWrites());

  ASSERT_NO_FATAL_FAILURE(Flap());
  ASSERT_NO_FATAL_FAILURE(FlapAndBeHeldBack());

  ExpectReinstatedAfter(kSample);
  ExpectNothingLost(io);
}

}  // namespace
}  // namespace dualpath
