#include "helpers/lab/snapshot_chain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::lab {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Steps ThreeSteps() {
  Steps steps(3);
  steps[0].kind = steps[0].line = "boot";
  steps[1].kind = steps[1].line = "rig";
  steps[2].kind = steps[2].line = "loaded";
  return steps;
}

std::vector<std::string> Keys(const Steps& steps, const std::string& identity = "image, QEMU") {
  const auto keys = KeysOf(identity, steps);
  EXPECT_TRUE(keys.ok()) << keys.error().ToString();
  return keys.ok() ? *keys : std::vector<std::string>();
}

TEST(KeysOf, AreTheSameForTheSameSteps) {
  EXPECT_THAT(Keys(ThreeSteps()), SizeIs(3));
  EXPECT_EQ(Keys(ThreeSteps()), Keys(ThreeSteps()));
}

TEST(KeysOf, AChangedStepChangesItsOwnKeyAndAllLaterOnesAndNoEarlierOne) {
  const std::vector<std::string> before = Keys(ThreeSteps());
  const std::vector<std::function<void(Step&)>> changes = {
      [](Step& step) { step.line += " --more"; }, [](Step& step) { step.inputs = "new digest"; }};
  for (const auto& change : changes) {
    for (std::size_t changed = 0; changed < before.size(); ++changed) {
      Steps steps = ThreeSteps();
      change(steps[changed]);
      const std::vector<std::string> after = Keys(steps);
      ASSERT_THAT(after, SizeIs(before.size()));
      for (std::size_t i = 0; i < before.size(); ++i) {
        EXPECT_EQ(after[i] == before[i], i < changed) << "step " << i << ", changed " << changed;
      }
    }
  }
}

TEST(KeysOf, AnotherIdentityChangesEveryKey) {
  const std::vector<std::string> before = Keys(ThreeSteps());
  const std::vector<std::string> after = Keys(ThreeSteps(), "image, QEMU, KVM on machine 1");
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_NE(after[i], before[i]);
}

TEST(KeysOf, ArgumentsDoNotChangeAKey) {
  Steps steps = ThreeSteps();
  steps[2].arguments = {"--gtest_filter=A.B"};
  EXPECT_EQ(Keys(steps), Keys(ThreeSteps()));
}

class SnapshotChainTest : public ::testing::Test {
 protected:
  SnapshotChain Chain() const { return {cache_, steps_, Keys(steps_)}; }

  /// Writes a snapshot's files, and notes that it did.
  SnapshotChain::Builder Builder() {
    return [this](std::size_t count, const std::string& directory) {
      built_.push_back(count);
      return WriteFileAtomically(directory + "/devices", "build " + std::to_string(built_.size()));
    };
  }

  /// Restores a snapshot; fails the first `failures` times.
  Status Restore(int failures) {
    return Chain().Restore(3, Builder(), [&, failures](const Snapshot& snapshot) mutable -> Status {
      restored_.push_back(*ReadFile(snapshot.devices()));
      if (failures-- > 0) {
        return Error::Because("restore", "the lab VM",
                              "attempt " + std::to_string(restored_.size()));
      }
      return Ok{};
    });
  }

  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
  Cache cache_ = *Cache::Open(directory_.path());
  Steps steps_ = ThreeSteps();
  std::vector<std::size_t> built_;     // the steps' numbers
  std::vector<std::string> restored_;  // the snapshots' contents
};

TEST_F(SnapshotChainTest, ASnapshotIsMadeOnce) {
  ASSERT_TRUE(Chain().Get(3, Builder()).ok());
  ASSERT_TRUE(Chain().Get(3, Builder()).ok());
  EXPECT_THAT(built_, ElementsAre(3));
}

TEST_F(SnapshotChainTest, AGoodSnapshotIsRestoredAndKept) {
  ASSERT_TRUE(Restore(0).ok());
  ASSERT_TRUE(Restore(0).ok());
  EXPECT_THAT(built_, ElementsAre(3));
  EXPECT_THAT(restored_, ElementsAre("build 1", "build 1"));
}

TEST_F(SnapshotChainTest, ADamagedSnapshotIsRebuiltOnce) {
  ASSERT_TRUE(Chain().Get(3, Builder()).ok());
  const Status restored = Restore(1);
  EXPECT_TRUE(restored.ok()) << restored.error().ToString();
  EXPECT_THAT(built_, ElementsAre(3, 3));
  EXPECT_THAT(restored_, ElementsAre("build 1", "build 2"));
}

TEST_F(SnapshotChainTest, TheSecondFailureIsTheError) {
  const Status restored = Restore(3);
  ASSERT_FALSE(restored.ok());
  EXPECT_EQ(restored.error().ToString(), "restore: the lab VM: attempt 2");
  EXPECT_THAT(built_, ElementsAre(3, 3));
}

TEST_F(SnapshotChainTest, ASnapshotThatCannotBeMadeIsNotTriedAgain) {
  const Status restored = Chain().Restore(
      3,
      [&](std::size_t count, const std::string&) -> Status {
        built_.push_back(count);
        return Error::Because("boot the lab", "in the lab", "panic");
      },
      [](const Snapshot&) -> Status { return Ok{}; });
  ASSERT_FALSE(restored.ok());
  EXPECT_THAT(built_, ElementsAre(3));
  EXPECT_THAT(restored_, IsEmpty());
}

}  // namespace
}  // namespace dualpath::lab
