// Time for which I/O is queued when no path is left: no_path_retry times polling_interval, and the
// event that starts it.
//
// Labels: timers

#include <cerrno>
#include <ostream>

#include "fixtures/timers_fixture.h"

namespace dualpath {
namespace {

using std::chrono::seconds;
using ::testing::Not;

struct Window {
  unsigned retries;
  seconds polling_interval;

  seconds Length() const { return retries * polling_interval; }
};

std::ostream& operator<<(std::ostream& out, const Window& window) {
  return out << window.retries << " checks, one every " << window.polling_interval.count() << " s";
}

class RecoveryWindowLength : public TimersTest, public ::testing::WithParamInterface<Window> {
 protected:
  multipath::Config Tuned(multipath::Config config) override {
    config.no_path_retry = multipath::NoPathRetry::Count(GetParam().retries);
    config.polling_interval_seconds = GetParam().polling_interval.count();
    config.max_polling_interval_seconds = config.polling_interval_seconds;
    return config;
  }
};

// Catalogue: E20
TEST_P(RecoveryWindowLength, QueuesIoForAllRetriesThenFailsIt) {
  ASSERT_OK_AND_ASSIGN(auto io, StartSlowWrites());

  ASSERT_NO_FATAL_FAILURE(LoseBoth());
  ASSERT_OK(io.AwaitHeld(GetParam().Length() / 2));
  EXPECT_THAT(table(), Eventually(QueuesIfNoPath()));

  ExpectQueueingEnds(GetParam().retries, GetParam().Length());
  ASSERT_OK(io.AwaitFailures());
  RegainBoth();
  ExpectSinceLoss(io, {HeldThenFailing(EIO), Failing(EIO), Good()});
}

INSTANTIATE_TEST_SUITE_P(Checks, RecoveryWindowLength,
                         ::testing::Values(Window{10, seconds(20)}, Window{60, seconds(5)}),
                         [](const auto& test) {
                           const Window& window = test.param;
                           return std::to_string(window.retries) + "Every" +
                                  std::to_string(window.polling_interval.count()) + "Seconds";
                         });

using RecoveryWindow = TimersTest;

TEST_F(RecoveryWindow, RestartsWithTheNextLoss) {
  ASSERT_OK_AND_ASSIGN(auto first, StartSlowWrites());
  ASSERT_NO_FATAL_FAILURE(LoseBoth());
  ASSERT_OK(first.AwaitHeld(seconds(30)));
  RegainBoth();
  EXPECT_THAT(log(), EventuallyLogs(RecoversToNormal(rig().map())));
  ExpectSinceLoss(first, {HeldThenGood().EndedBefore(EndOfQueueing(regained())), Good()});

  ASSERT_OK_AND_ASSIGN(auto second, StartSlowWrites());
  ASSERT_NO_FATAL_FAILURE(LoseBoth());
  ASSERT_OK(second.AwaitHeld(seconds(30)));
  EXPECT_THAT(LogNow(), Not(Logs(DisablesQueueing(rig().map()))));
  ExpectQueueingEnds(10, seconds(50));
  ASSERT_OK(second.AwaitFailures());
  RegainBoth();
  ExpectSinceLoss(second, {HeldThenFailing(EIO), Failing(EIO), Good()});
}

}  // namespace
}  // namespace dualpath
