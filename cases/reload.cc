// An administrator reloads the map while it has no usable paths.
//
// Labels: timers

#include <cerrno>

#include "fixtures/timers_fixture.h"

namespace dualpath {
namespace {

using std::chrono::seconds;
using ::testing::Not;

using Reload = TimersTest;

// A reload starts another window: since no_path_retry is a number, multipathd loads a table with
// queue_if_no_path; it then finds no usable path, and enters recovery mode again
// (libmultipath/structs_vec.c, set_no_path_retry). The map must not queue forever, as it would if
// queue_if_no_path were set without the retry counter that clears it.
TEST_F(Reload, AfterTheWindowQueuesIoForOneMoreWindowThenFailsIt) {
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
  EXPECT_THAT(table(), StaysSo(Not(QueuesIfNoPath()), kWindow)) << "a third window has started";
  ASSERT_OK(io.AwaitFailures());

  RegainBoth();
  ExpectSinceLoss(io,
                  {HeldThenFailing(EIO), Failing(EIO), HeldThenFailing(EIO), Failing(EIO), Good()});
}

}  // namespace
}  // namespace dualpath
