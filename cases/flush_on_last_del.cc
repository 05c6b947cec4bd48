// The last path is deleted while the guest holds the map: flush_on_last_del decides between the map
// and its queued I/O (multipathd/main.c, flush_map_nopaths). oVirt and OpenStack hosts set it.

#include <cerrno>

#include "fixtures/operator_fixture.h"

namespace dualpath {
namespace {

using multipath::FlushOnLastDel;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::Not;

class FlushOnLastDelTest : public OperatorTest {
 protected:
  explicit FlushOnLastDelTest(FlushOnLastDel flush) : flush_(flush) {}

  void SetUp() override {
    OperatorTest::SetUp();
    if (HasFatalFailure() || IsSkipped()) return;
    ASSERT_OK(Configure([this](multipath::Config& config) { config.flush_on_last_del = flush_; }));
    ASSERT_OK(rig().ReadFromMap());
    ASSERT_OK(MarkLog());
  }

  void DeleteBoth() {
    ASSERT_OK(rig().path(0).Delete());
    EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(1))})));
    ASSERT_OK(rig().path(1).Delete());
  }

  void ExpectIoIsQueuedUntilAPathIsRescanned(IoRun& io) {
    EXPECT_THAT(table(), Eventually(AllOf(HasGroups({}), QueuesIfNoPath())));
    ASSERT_OK(io.AwaitHeld());
    ASSERT_OK(rig().path(1).Rescan());
    const auto returned = Now();
    ASSERT_OK(io.AwaitGoodCompletions());
    ASSERT_OK(rig().path(0).Rescan());
    EXPECT_THAT(topology(),
                Eventually(PathGroups({Active(rig().path(1)), Enabled(rig().path(0))})));
    ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
    EXPECT_THAT(report,
                HasPhases({Good(), HeldThenGood().EndedBefore(EndOfQueueing(returned)), Good()}));
    EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
  }

 private:
  FlushOnLastDel flush_;
};

class FlushOnLastDelAlways : public FlushOnLastDelTest {
 protected:
  FlushOnLastDelAlways() : FlushOnLastDelTest(FlushOnLastDel::kAlways) {}
};

// The map stays, since the guest holds it, but without a path and without queueing.
TEST_F(FlushOnLastDelAlways, FailsTheGuestsIoAtOnce) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_NO_FATAL_FAILURE(DeleteBoth());

  EXPECT_THAT(log(), EventuallyLogs(LineContaining("Last path deleted, disabling queueing")));
  ASSERT_OK(io.AwaitFailures());
  EXPECT_THAT(table(), Eventually(Not(QueuesIfNoPath())));
  ASSERT_OK(rig().path(1).Rescan());
  ASSERT_OK(io.AwaitGoodCompletions());
  ASSERT_OK(rig().path(0).Rescan());
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(1)), Enabled(rig().path(0))})));
  EXPECT_THAT(table(), Eventually(QueuesIfNoPath()));
  ASSERT_OK_AND_ASSIGN(const auto report, io.Stop());
  EXPECT_THAT(report, HasPhases({Good(), Failing(EIO), Good()}));
  EXPECT_THAT(storage(), HoldsEveryWriteAcknowledgedIn(report));
}

class FlushOnLastDelUnused : public FlushOnLastDelTest {
 protected:
  FlushOnLastDelUnused() : FlushOnLastDelTest(FlushOnLastDel::kUnused) {}
};

TEST_F(FlushOnLastDelUnused, QueuesTheGuestsIo) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  ASSERT_NO_FATAL_FAILURE(DeleteBoth());
  EXPECT_THAT(log(), EventuallyLogs(LineContaining("map in use and queueing, can't remove")));
  ExpectIoIsQueuedUntilAPathIsRescanned(io);
}

class FlushOnLastDelNever : public FlushOnLastDelTest {
 protected:
  FlushOnLastDelNever() : FlushOnLastDelTest(FlushOnLastDel::kNever) {}
};

TEST_F(FlushOnLastDelNever, QueuesTheGuestsIo) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());
  ASSERT_NO_FATAL_FAILURE(DeleteBoth());
  EXPECT_THAT(log(), EventuallyLogs(LineContaining("map is queueing, can't remove")));
  ExpectIoIsQueuedUntilAPathIsRescanned(io);
}

}  // namespace
}  // namespace dualpath
