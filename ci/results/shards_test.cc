#include "ci/results/shards.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "ci/results/fake_results.h"
#include "ci/results/run.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::results {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

class ShardsTest : public ::testing::Test {
 protected:
  std::string Shard(const std::string& name) const { return directory_.path() + "/" + name; }
  std::string ErrorOf(const std::vector<std::string>& shards) const {
    const Status merged = MergeShards(shards, results_);
    return merged.ok() ? "" : merged.error().ToString();
  }

  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
  std::string results_ = directory_.path() + "/all";
};

TEST_F(ShardsTest, BecomeOneRun) {
  FakeResults::WriteCaseIn(Shard("1"), "A.Passes");
  FakeResults::WriteCaseIn(Shard("2"), "B.Fails", FakeResults::kFailed);
  FakeResults::Write(Shard("2") + "/B.Fails/logs/qemu.log", "a line\n");
  ASSERT_EQ(ErrorOf({Shard("1"), Shard("2")}), "");
  const RunResults run = ReadRun(results_, "");
  ASSERT_EQ(run.cases.size(), 2U);
  EXPECT_EQ(run.Count(Verdict::kPassed), 1);
  EXPECT_EQ(run.Count(Verdict::kFailed), 1);
  EXPECT_EQ(run.of_other_runs.size(), 0U);
  EXPECT_THAT(*ReadFile(results_ + "/junit.xml"), AllOf(HasSubstr("Passes"), HasSubstr("Fails")));
  EXPECT_EQ(*ReadFile(results_ + "/B.Fails/logs/qemu.log"), "a line\n");
  EXPECT_TRUE(fs::exists(Shard("2") + "/B.Fails")) << "the shard stays";
}

TEST_F(ShardsTest, WithoutResultsAreAnError) {
  FakeResults::WriteCaseIn(Shard("1"), "A.Passes");
  fs::create_directory(Shard("2"));
  EXPECT_THAT(ErrorOf({Shard("1"), Shard("2")}), HasSubstr(Shard("2") + ": no case results"));
  EXPECT_THAT(ErrorOf({Shard("1"), Shard("3")}), HasSubstr(Shard("3") + ": no case results"));
  EXPECT_FALSE(fs::exists(results_));
}

TEST_F(ShardsTest, DoNotCountOlderRunsInThem) {
  FakeResults::WriteCaseIn(Shard("1"), "A.Passes");
  FakeResults::WriteCaseIn(Shard("1"), "A.Older");
  FakeResults::Write(Shard("1") + "/A.Older/run-id", "another run\n");
  ASSERT_EQ(ErrorOf({Shard("1")}), "");
  EXPECT_EQ(ReadRun(results_, "").cases.size(), 1U);
}

TEST_F(ShardsTest, WithTheSameCaseAreAnError) {
  FakeResults::WriteCaseIn(Shard("1"), "A.Passes");
  FakeResults::WriteCaseIn(Shard("2"), "A.Passes");
  EXPECT_THAT(ErrorOf({Shard("1"), Shard("2")}),
              HasSubstr("A.Passes: is in two shards: " + Shard("1") + " and " + Shard("2")));
}

TEST_F(ShardsTest, ReplaceNoResults) {
  FakeResults::WriteCaseIn(Shard("1"), "A.Passes");
  FakeResults::WriteCaseIn(results_, "B.Precious");
  EXPECT_THAT(ErrorOf({Shard("1")}), HasSubstr("exists already"));
  EXPECT_TRUE(fs::exists(results_ + "/B.Precious/gtest.xml"));
}

}  // namespace
}  // namespace dualpath::results
