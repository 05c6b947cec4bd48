// Time until multipathd's checker notices the loss of a path.
//
// Labels: timers

#include <cerrno>

#include "fixtures/timers_fixture.h"

namespace dualpath {
namespace {

using std::chrono::seconds;

/// Sets max_polling_interval to multipathd's default, four times polling_interval.
class PathChecks : public TimersTest {
 protected:
  static constexpr seconds kLongest{20};

  multipath::Config Tuned(multipath::Config config) override {
    config.max_polling_interval_seconds = kLongest.count();
    return config;
  }

  Observable<seconds> check_interval(std::size_t index) {
    return {"the check interval of path " + std::to_string(index),
            [this, index] { return rig().CheckInterval(index); }};
  }
};

// Catalogue: E19
TEST_F(PathChecks, AHealthyPathIsCheckedLessOftenSoItsLossIsNoticedLater) {
  ASSERT_THAT(check_interval(0), Eventually(::testing::Eq(kLongest), seconds(60)));
  ASSERT_OK_AND_ASSIGN(auto io, StartSlowWrites());
  ASSERT_OK(rig().AwaitCheck(0));

  ASSERT_OK(rig().path(0).BreakTransport());
  const auto fault = Now();

  EXPECT_THAT(log(), EventuallyLogs(KernelFails(rig().path(0))));
  ASSERT_OK_AND_ASSIGN(const auto failed, TimeOf(KernelFails(rig().path(0)), LogNow()));
  EXPECT_THAT(check_interval(0), Eventually(::testing::Eq(seconds(5))));
  EXPECT_THAT(check_interval(1), Eventually(::testing::Eq(kLongest)));
  ASSERT_OK(io.AwaitGoodCompletions());
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  if (capabilities().probes_paths_on_sg_io_error) {
    EXPECT_THAT(report, CompletedWithoutErrors());
  } else {
    EXPECT_GT(failed - fault, kLongest / 2);
    EXPECT_THAT(report, FailedExactlyBetween(fault, failed, EIO));
  }
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

}  // namespace
}  // namespace dualpath
