// Cases whose process ends in every way that a process can end.

#include <signal.h>
#include <unistd.h>

#include <cstdlib>

#include "fixtures/rig_fixture.h"

namespace dualpath {
namespace {

using ProcessEnd = RigTest;

class LacksARequirement : public RigTest {
 protected:
  std::vector<host::Missing> Lacks() const override { return {{"a self-test's thing", "None."}}; }
};

TEST_F(ProcessEnd, Passes) { EXPECT_EQ(rig().paths().size(), 2U); }

TEST_F(ProcessEnd, Fails) { EXPECT_EQ(rig().paths().size(), 3U); }

TEST_F(ProcessEnd, Skips) { GTEST_SKIP() << "the self-test skips"; }

TEST_F(LacksARequirement, IsSkipped) { FAIL() << "SetUp has skipped this case"; }

TEST_F(ProcessEnd, Crashes) { ::raise(SIGSEGV); }

TEST_F(ProcessEnd, Aborts) { std::abort(); }

TEST_F(ProcessEnd, CrashesAfterItsReport) {
  std::atexit([] { ::raise(SIGSEGV); });
}

TEST_F(ProcessEnd, ExitsAsIfPassed) { std::_Exit(0); }

TEST_F(ProcessEnd, ExitsAsIfSkipped) { std::_Exit(77); }

TEST_F(ProcessEnd, ExitsAsIfWithoutVerdict) { std::_Exit(69); }

TEST_F(ProcessEnd, WaitsForever) {
  while (true) ::pause();
}

TEST_F(ProcessEnd, WaitsForeverAndIgnoresSigterm) {
  ::signal(SIGTERM, SIG_IGN);
  while (true) ::pause();
}

TEST_F(ProcessEnd, WaitsInVainAgainAndAgain) {
  for (int i = 0; i < 4; ++i) {
    EXPECT_THAT(topology(), Eventually(PathGroups({})));
  }
}

TEST_F(ProcessEnd, SwitchesGroups) {
  ASSERT_OK(rig().SwitchToGroup(1));
  ASSERT_OK(rig().SwitchToGroup(0));
}

TEST_F(ProcessEnd, AsksForAPathThatIsNotThere) { rig().path(5); }

TEST_F(ProcessEnd, NeverIsIdle) {
  for (volatile unsigned spins = 0;; spins = spins + 1) {
  }
}

}  // namespace
}  // namespace dualpath
