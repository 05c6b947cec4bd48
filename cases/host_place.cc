// A host stays the host's: runs in the host place on an administrator's machine, which is made of a
// lab VM. With --gtest_repeat=40, KilledRuns kills 200 of them.
//
// Labels: host-place

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <optional>
#include <random>
#include <string>

#include "cases/host_world.h"
#include "fixtures/guest.h"
#include "fixtures/rig.h"
#include "fixtures/rig_sweep.h"
#include "helpers/base/eventually.h"
#include "helpers/dm/sysfs_maps.h"
#include "helpers/host/place.h"
#include "helpers/lio/wwid.h"
#include "helpers/matchers/status_matchers.h"
#include "helpers/process/process.h"

namespace dualpath {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::AnyOf;

constexpr int kKillsPerTest = 5;

Result<FileLock> PrepareChild() {
  ::setenv("DUALPATH_PLACE", "host", 1);
  DUALPATH_TRY_STATUS(host::ApplyTimeScale());
  return LockRig();
}

/// What a run of one case does to the machine, without the case program's start.
Status BringUpUseAndTearDown() {
  DUALPATH_TRY(const FileLock lock, PrepareChild());
  DUALPATH_TRY(Rig rig, AdoptOrBringUpRig({}));
  DUALPATH_TRY_STATUS(rig.path(0).Delete());
  multipath::Config config;
  config.no_path_retry = multipath::NoPathRetry::Fail();
  DUALPATH_TRY_STATUS(rig.Configure(config));
  DUALPATH_TRY_STATUS(rig.MakeReady({}));
  return Guest::TearDownRig(RigOptions().directory);
}

Status BringUpOnly() {
  DUALPATH_TRY(const FileLock lock, PrepareChild());
  DUALPATH_TRY_STATUS(AdoptOrBringUpRig({}));
  return Ok{};
}

Status TearDownOnly() {
  DUALPATH_TRY(const FileLock lock, PrepareChild());
  return Guest::TearDownRig(RigOptions().directory);
}

Status SweepOnly() {
  DUALPATH_TRY(const FileLock lock, PrepareChild());
  return RigSweep(RigOptions().directory).Remove();
}

/// Returns the command line of this program with another filter, in the host place.
process::Command CasesInHostPlace(const std::string& filter) {
  process::Command command;
  // In the lab, the program is started by its own loader.
  std::ifstream words("/proc/self/cmdline");
  for (std::string word; std::getline(words, word, '\0') && word.rfind("--gtest", 0) != 0;) {
    command.argv.push_back(word);
  }
  command.argv.push_back("--gtest_filter=" + filter);
  command.environment = {
      {"DUALPATH_PLACE", "host"}, {"DUALPATH_RIG", ""}, {"DUALPATH_ARGUMENTS_FIFO", ""}};
  return command;
}

class HostPlace : public ::testing::TestWithParam<HostWorld::Multipathd> {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(const host::Place place, host::CurrentPlace());
    if (place != host::Place::kLab) GTEST_SKIP() << "only in a lab VM: it replaces /etc/multipath";
    // Once per VM: a repetition finds the administrator's machine as the last test has left it.
    static std::optional<HostWorld> world;
    static std::optional<HostWorld::Multipathd> multipathd;
    if (multipathd != GetParam()) {
      ASSERT_FALSE(multipathd) << "one machine per VM: run one parameter at a time";
      ASSERT_OK_AND_ASSIGN(world, HostWorld::Create(GetParam()));
      multipathd = GetParam();
    }
    world_ = &*world;
    ASSERT_OK_AND_ASSIGN(before_, HostWorld::Look());
  }

  /// The machine may need a moment, for example for udev's events.
  void ExpectUnchanged() const {
    const Status unchanged =
        WaitUntil("find the machine", "unchanged", Deadline::In(seconds(10)), [&]() -> std::string {
          const auto now = HostWorld::Look();
          return now.ok() ? HostWorld::Differences(before_, *now) : now.error().ToString();
        });
    EXPECT_OK(unchanged);
  }

  HostWorld* world_ = nullptr;
  HostWorld::State before_;
};

TEST_P(HostPlace, IsUnchangedAfterASuccessfulRun) {
  const auto run = process::Execute(CasesInHostPlace("BringUp.*"), Deadline::In(minutes(10)));
  ASSERT_OK(run);
  EXPECT_EQ(run->exit.code, 0) << run->out << run->err;
  EXPECT_THAT(run->out, ::testing::HasSubstr("[  PASSED  ] 6 tests."));
  EXPECT_EQ(RunInChild(TearDownOnly), 0);
  ExpectUnchanged();
}

TEST_P(HostPlace, HasNoOtherMapsWhileARigIsUp) {
  ASSERT_OK_AND_ASSIGN(const auto maps, dm::MultipathMaps());
  ASSERT_EQ(RunInChild(BringUpOnly), 0);
  ASSERT_OK_AND_ASSIGN(const auto with_rig, dm::MultipathMaps());
  EXPECT_EQ(with_rig.size(), maps.size() + 1);
  ASSERT_OK_AND_ASSIGN(const std::string wwid, lio::WwidFromSerial(RigOptions().serial));
  ASSERT_OK_AND_ASSIGN(const auto ours, dm::NamesOfMaps(wwid));
  EXPECT_EQ(ours.size(), 1U);
  EXPECT_EQ(RunInChild(TearDownOnly), 0);
  ExpectUnchanged();
}

TEST_P(HostPlace, IsUnchangedAfterAnInterruptedRun) {
  auto run = process::Background::Start(CasesInHostPlace("BringUp.*"), {});
  ASSERT_OK(run);
  const std::string record = RigOptions().directory + "/rig.json";
  ASSERT_TRUE(PollUntil(Deadline::In(minutes(2)), [&] { return std::filesystem::exists(record); }));
  ASSERT_EQ(::kill(run->pid(), SIGINT), 0);
  ASSERT_OK_AND_ASSIGN(const auto exit, run->Wait(Deadline::In(minutes(2))));
  EXPECT_FALSE(exit.ok());
  EXPECT_EQ(RunInChild(BringUpUseAndTearDown), 0) << "the next run";
  ExpectUnchanged();
}

// Catalogue: N9
TEST_P(HostPlace, IsUnchangedAfterKilledRuns) {
  static std::mt19937 random{20261129};
  const auto begun = std::chrono::steady_clock::now();
  ASSERT_EQ(RunInChild(BringUpUseAndTearDown), 0);
  const auto took =
      std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begun);
  ExpectUnchanged();
  for (int i = 0; i < kKillsPerTest && !HasFailure(); ++i) {
    const milliseconds after(
        std::uniform_int_distribution<int>(0, static_cast<int>(took.count()))(random));
    SCOPED_TRACE("killed after " + std::to_string(after.count()) + " of " +
                 std::to_string(took.count()) + " ms");
    const int end = RunInChild(BringUpUseAndTearDown, after);
    EXPECT_THAT(end, AnyOf(0, -SIGKILL));
    const bool by_sweep = random() % 3 == 0;
    std::cout << "killed after " << after.count() << " ms: " << end << ", then "
              << (by_sweep ? "a sweep" : "another run") << std::endl;
    EXPECT_EQ(RunInChild(by_sweep ? SweepOnly : BringUpUseAndTearDown), 0);
    ExpectUnchanged();
  }
}

// Last, since the target stays.
TEST_P(HostPlace, IsUnchangedAfterAFailedRun) {
  const std::string second = RigOptions().naa[1];
  ASSERT_OK(world_->AddTarget(second));
  ASSERT_OK_AND_ASSIGN(before_, HostWorld::Look());
  const auto run =
      process::Execute(CasesInHostPlace("BringUp.NoPathRetryIsTen"), Deadline::In(minutes(10)));
  ASSERT_OK(run);
  EXPECT_EQ(run->exit.code, 1) << run->out;
  EXPECT_THAT(run->out, ::testing::HasSubstr("bring up the rig: " + second));
  ExpectUnchanged();
}

INSTANTIATE_TEST_SUITE_P(With, HostPlace,
                         ::testing::Values(HostWorld::Multipathd::kRunning,
                                           HostWorld::Multipathd::kNeverConfigured),
                         [](const auto& test) {
                           return test.param == HostWorld::Multipathd::kRunning
                                      ? "MultipathdRunning"
                                      : "MultipathdNeverConfigured";
                         });

}  // namespace
}  // namespace dualpath
