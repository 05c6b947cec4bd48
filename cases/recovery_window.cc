// How long I/O is held when no path is left: no_path_retry times polling_interval, and when that
// time begins.
// Labels: timers

#include <ostream>

#include "fixtures/timers_fixture.h"

namespace dualpath {
namespace {

using std::chrono::seconds;
using ::testing::Not;

class RecoveryWindowTest : public TimersTest {
 protected:
  void RegainBoth() {
    ASSERT_NO_FATAL_FAILURE(Regain(0));
    ASSERT_OK(rig().path(1).SetRunning());
    EXPECT_THAT(topology(), Eventually(PathGroups({Active(path(0)), Enabled(path(1))})));
    EXPECT_THAT(table(), Eventually(QueuesIfNoPath()));
  }
};

struct Window {
  unsigned retries;
  seconds polling_interval;

  seconds Length() const { return retries * polling_interval; }
};

std::ostream& operator<<(std::ostream& out, const Window& window) {
  return out << window.retries << " checks, one every " << window.polling_interval.count() << " s";
}

class RecoveryWindowOf : public RecoveryWindowTest, public ::testing::WithParamInterface<Window> {
 protected:
  multipath::Config Tuned(multipath::Config config) override {
    config.no_path_retry = multipath::NoPathRetry::Count(GetParam().retries);
    config.polling_interval_seconds = GetParam().polling_interval.count();
    config.max_polling_interval_seconds = config.polling_interval_seconds;
    return config;
  }
};

TEST_P(RecoveryWindowOf, HoldsIoForAllItsRetriesThenFailsIt) {
  ASSERT_OK_AND_ASSIGN(auto io, StartSlowWrites());

  ASSERT_NO_FATAL_FAILURE(LoseBoth());
  ASSERT_OK(io.AwaitHeld(GetParam().Length() / 2));
  EXPECT_THAT(table(), Eventually(QueuesIfNoPath()));

  ExpectQueueingEnds(GetParam().retries, GetParam().Length());
  ASSERT_OK(io.AwaitFailures(3));
  RegainBoth();
  ExpectHeldThenFailedAndWellAgain(io);
}

INSTANTIATE_TEST_SUITE_P(Checks, RecoveryWindowOf,
                         ::testing::Values(Window{10, seconds(20)}, Window{60, seconds(5)}),
                         [](const auto& test) {
                           const Window& window = test.param;
                           return std::to_string(window.retries) + "Every" +
                                  std::to_string(window.polling_interval.count()) + "Seconds";
                         });

using RecoveryWindow = RecoveryWindowTest;

TEST_F(RecoveryWindow, BeginsAnewWithTheNextLoss) {
  ASSERT_OK_AND_ASSIGN(auto first, StartSlowWrites());
  ASSERT_NO_FATAL_FAILURE(LoseBoth());
  ASSERT_OK(first.AwaitHeld(seconds(30)));
  RegainBoth();
  EXPECT_THAT(log(), EventuallyLogs(RecoversToNormal(rig().map())));
  ExpectHeldAndWellAgain(first);

  ASSERT_OK_AND_ASSIGN(auto second, StartSlowWrites());
  ASSERT_NO_FATAL_FAILURE(LoseBoth());
  ASSERT_OK(second.AwaitHeld(seconds(30)));
  EXPECT_THAT(LogNow(), Not(Logs(DisablesQueueing(rig().map()))));
  ExpectQueueingEnds(10, seconds(50));
  ASSERT_OK(second.AwaitFailures(3));
  RegainBoth();
  ExpectHeldThenFailedAndWellAgain(second);
}

}  // namespace
}  // namespace dualpath
