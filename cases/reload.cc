// The map is reloaded from outside while it has no paths.
//
// Labels: timers

#include <cerrno>

#include "fixtures/timers_fixture.h"

namespace dualpath {
namespace {

using std::chrono::seconds;
using ::testing::Not;

using Reload = TimersTest;

// A reload starts one more window: multipathd loads a table with queue_if_no_path, as no_path_retry
// is a number, finds no usable path, and enters recovery mode again (libmultipath/structs_vec.c,
// set_no_path_retry). What must not happen is a map that queues for ever: a table with
// queue_if_no_path without the retry counter that removes it.
TEST_F(Reload, AfterTheWindowQueuesIoForOneMoreWindowAndThenFailsIt) {
  constexpr unsigned kRetries = 10;
  constexpr seconds kWindow{50};
  ASSERT_OK_AND_ASSIGN(auto io, StartSlowWrites());
  ASSERT_NO_FATAL_FAILURE(LoseBoth());
  ExpectQueueingEnds(kRetries, kWindow);
  ASSERT_OK(io.AwaitFailures());
  ASSERT_OK(MarkLog());

  ASSERT_OK(rig().ReloadMaps());

  EXPECT_THAT(log(), EventuallyLogs(EntersRecovery(rig().map(), kRetries)));
  EXPECT_THAT(table(), Eventually(QueuesIfNoPath()));
  ASSERT_OK(io.AwaitHeld());
  ExpectQueueingEnds(kRetries, kWindow);
  EXPECT_THAT(table(), Eventually(Not(QueuesIfNoPath())));
  EXPECT_THAT(table(), StaysSo(Not(QueuesIfNoPath()), kWindow)) << "a third window";
  ASSERT_OK(io.AwaitFailures());

  RegainBoth();
  ExpectSinceLoss(io,
                  {HeldThenFailing(EIO), Failing(EIO), HeldThenFailing(EIO), Failing(EIO), Good()});
}

}  // namespace
}  // namespace dualpath
