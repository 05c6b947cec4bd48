// multipathd is reconfigured while the guest does I/O: with the same configuration, with blacklists
// that cover what is in use, and with mistakes.

#include <cerrno>

#include "fixtures/operator_fixture.h"

namespace dualpath {
namespace {

using std::chrono::seconds;
using ::testing::Not;

using Reconfigure = OperatorTest;

TEST_F(Reconfigure, TenTimesWithoutAChangeLoadsNoTable) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  for (int round = 0; round < 10; ++round) {
    SCOPED_TRACE(round);
    ASSERT_OK(multipathd().Reconfigure());
    ASSERT_OK(io.AwaitGoodCompletions(1));
  }

  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(0)), Enabled(rig().path(1))})));
  ExpectNothingLost(io);
  const Log log = LogNow();
  EXPECT_THAT(log, Logs(LineContaining("reconfigure (operator)")));
  EXPECT_THAT(log, Not(Logs(LoadsAnyTable(rig().map()))));
  EXPECT_THAT(log, Not(Logs(KernelFails(rig().path(0)))));
}

TEST_F(Reconfigure, AllTenTimesLoadsEveryTableAndLosesNothing) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  for (int round = 0; round < 10; ++round) {
    SCOPED_TRACE(round);
    ASSERT_OK(MarkLog());
    ASSERT_OK(multipathd().ReconfigureAll());
    ASSERT_THAT(log(), EventuallyLogs(LoadsTable(rig().map(), {{rig().path(0)}, {rig().path(1)}})));
    ASSERT_OK(io.AwaitGoodCompletions(1));
  }

  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(0)), Enabled(rig().path(1))})));
  ExpectNothingLost(io);
}

TEST_F(Reconfigure, BlacklistingTheActivePathsNameMovesIo) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK(Configure([this](multipath::Config& config) {
    config.blacklisted_devnodes = {"^" + rig().path(0).block_name() + "$"};
  }));
  EXPECT_THAT(log(), EventuallyLogs(LoadsTable(rig().map(), {{rig().path(1)}})));
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(1))})));
  ASSERT_OK(io.AwaitGoodCompletions(10));
  ASSERT_OK(MarkLog());

  // A reconfigure discovers the paths anew, so the path is again the first, and I/O returns to it
  // whatever failback says.
  ASSERT_OK(Configure([](multipath::Config&) {}));
  EXPECT_THAT(log(), EventuallyLogs(LoadsTable(rig().map(), {{rig().path(0)}, {rig().path(1)}})));
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(0)), Enabled(rig().path(1))})));
  ExpectNothingLost(io);
}

TEST_F(Reconfigure, BlacklistingTheWwidOfAMapInUseKeepsIt) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK(
      Configure([this](multipath::Config& config) { config.blacklisted_wwids = {rig().wwid()}; }));
  EXPECT_THAT(table(), StaysSo(HasGroups({{rig().path(0)}, {rig().path(1)}}), seconds(20)));
  ASSERT_OK(io.AwaitGoodCompletions(10));

  ASSERT_OK(Configure([](multipath::Config&) {}));
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(0)), Enabled(rig().path(1))})));
  ExpectNothingLost(io);
}

// libmultipath/parser.c and dict.c: both are warnings, and the rest of the file is in effect.
// Catalogue: E11
TEST_F(Reconfigure, MistakesAreWarningsAndTheRestIsInEffect) {
  ASSERT_OK_AND_ASSIGN(auto io, guest().StartVerifiedWrites());

  ASSERT_OK(Configure([](multipath::Config& config) {
    config.unchecked_defaults = {"no_such_keyword 1", "max_fds nonsense", "retrigger_tries -5"};
    config.no_path_retry = multipath::NoPathRetry::Count(7);
  }));

  EXPECT_THAT(log(), EventuallyLogs(LineContaining("no_such_keyword")));
  EXPECT_THAT(log(), EventuallyLogs(LineContaining("invalid value for max_fds")));
  EXPECT_THAT(log(), EventuallyLogs(LineContaining("value for retrigger_tries too small")));
  EXPECT_THAT(queueing(), Eventually(std::string("7 chk")));
  EXPECT_THAT(topology(), Eventually(PathGroups({Active(rig().path(0)), Enabled(rig().path(1))})));
  ExpectNothingLost(io);
}

}  // namespace
}  // namespace dualpath
