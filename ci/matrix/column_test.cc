#include "ci/matrix/column.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "ci/results/fake_results.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::matrix {
namespace {

namespace fs = std::filesystem;
using results::FakeResults;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ColumnTest : public ::testing::Test {
 protected:
  static void Write(const std::string& matrix, const std::string& name, const std::string& kernel,
                    const std::string& error = "") {
    Column column;
    column.name = name;
    column.versions = {{"linux-image-amd64", kernel}};
    column.error = error;
    const Status written = WriteColumn(matrix, column);
    ASSERT_TRUE(written.ok()) << written.error().ToString();
  }
  static std::vector<std::string> NamesIn(const std::string& matrix,
                                          const std::vector<std::string>& order = {}) {
    const auto columns = ReadColumns(matrix, order);
    std::vector<std::string> names;
    if (!columns.ok()) return {columns.error().ToString()};
    for (const Column& column : *columns) names.push_back(column.name);
    return names;
  }
  std::string Matrix(const std::string& name) const { return directory_.path() + "/" + name; }

  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
};

TEST_F(ColumnTest, ComesBackAsItWasWritten) {
  Write(Matrix("m"), "trixie", "6.12.57-1", "no space");
  FakeResults::WriteCaseIn(Matrix("m") + "/trixie", "A.Passes");
  const auto columns = ReadColumns(Matrix("m"), {});
  ASSERT_TRUE(columns.ok()) << columns.error().ToString();
  ASSERT_EQ(columns->size(), 1U);
  EXPECT_EQ(columns->front().error, "no space");
  EXPECT_EQ(columns->front().versions.front().second, "6.12.57-1");
  EXPECT_EQ(columns->front().run.cases.size(), 1U);
}

TEST_F(ColumnTest, TheOldestKernelIsFirst) {
  Write(Matrix("m"), "bookworm", "6.1.158-1");
  Write(Matrix("m"), "bullseye", "5.10.244-1");
  Write(Matrix("m"), "trixie", "6.12.57-1");
  EXPECT_THAT(NamesIn(Matrix("m")), ElementsAre("bullseye", "bookworm", "trixie"));
  EXPECT_THAT(NamesIn(Matrix("m"), {"trixie"}), ElementsAre("trixie", "bullseye", "bookworm"));
}

TEST_F(ColumnTest, NoneIsAnError) {
  fs::create_directory(Matrix("m"));
  EXPECT_THAT(NamesIn(Matrix("m")), ElementsAre(HasSubstr("no columns in it")));
}

TEST_F(ColumnTest, ShardsBecomeOneMatrix) {
  Write(Matrix("1"), "trixie", "6.12.57-1");
  FakeResults::WriteCaseIn(Matrix("1") + "/trixie", "A.Passes");
  Write(Matrix("2"), "trixie", "6.12.57-1");
  FakeResults::WriteCaseIn(Matrix("2") + "/trixie", "B.Passes");
  Write(Matrix("2"), "sid", "-", "the image cannot be built");
  const Status merged = MergeMatrices({Matrix("1"), Matrix("2")}, Matrix("all"));
  ASSERT_TRUE(merged.ok()) << merged.error().ToString();
  const auto columns = ReadColumns(Matrix("all"), {"trixie", "sid"});
  ASSERT_TRUE(columns.ok()) << columns.error().ToString();
  EXPECT_EQ(columns->at(0).run.cases.size(), 2U);
  EXPECT_EQ(columns->at(1).error, "the image cannot be built");
}

TEST_F(ColumnTest, ACaseInTwoShardsIsAnErrorAndLeavesNothing) {
  for (const char* shard : {"1", "2"}) {
    Write(Matrix(shard), "trixie", "6.12.57-1");
    FakeResults::WriteCaseIn(Matrix(shard) + "/trixie", "A.Passes");
  }
  const Status merged = MergeMatrices({Matrix("1"), Matrix("2")}, Matrix("all"));
  ASSERT_FALSE(merged.ok());
  EXPECT_THAT(merged.error().ToString(), HasSubstr("A.Passes: is in two shards"));
  EXPECT_FALSE(fs::exists(Matrix("all")));
}

}  // namespace
}  // namespace dualpath::matrix
