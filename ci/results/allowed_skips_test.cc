#include "ci/results/allowed_skips.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::results {
namespace {

using ::testing::HasSubstr;

class AllowedSkipsTest : public ::testing::Test {
 protected:
  Result<AllowedSkips> Read(const std::string& content) const {
    const std::string file = directory_.path() + "/allowed-skips";
    EXPECT_TRUE(WriteFileAtomically(file, content).ok());
    return AllowedSkips::Read(file);
  }

  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
};

TEST_F(AllowedSkipsTest, AllowACaseForTheReasonOnly) {
  const auto allowed = Read("# comment\n\nArticle.*: replace the host's\nA.B: no fio\n");
  ASSERT_TRUE(allowed.ok()) << allowed.error().ToString();
  EXPECT_TRUE(allowed->Allow("Article.Deletes", "the commands replace the host's files"));
  EXPECT_FALSE(allowed->Allow("Article.Deletes", "libvirt's socket is missing"));
  EXPECT_FALSE(allowed->Allow("Failover.Deletes", "the commands replace the host's files"));
  EXPECT_TRUE(allowed->Allow("A.B", "no fio"));
  EXPECT_FALSE(allowed->Allow("A.BC", "no fio"));
}

TEST_F(AllowedSkipsTest, NeedATextInEachLine) {
  for (const char* line : {"Article.*", "Article.*:", "Article.*: ", ": no fio"}) {
    EXPECT_THAT(Read(line).error().ToString(), HasSubstr("not \"PATTERN: TEXT\"")) << line;
  }
}

TEST_F(AllowedSkipsTest, AreAnErrorIfTheyCannotBeRead) {
  EXPECT_FALSE(AllowedSkips::Read(directory_.path() + "/none").ok());
}

// The list names texts of the sources: a reason that is reworded must be reworded there, too.
TEST(AllowedSkips, OfTheRepositoryAreValid) {
  const auto allowed = AllowedSkips::Read(DUALPATH_SOURCE_DIRECTORY "/ci/allowed-skips");
  ASSERT_TRUE(allowed.ok()) << allowed.error().ToString();
  const auto article = ReadFile(DUALPATH_SOURCE_DIRECTORY "/cases/article.cc");
  const auto multipathd = ReadFile(DUALPATH_SOURCE_DIRECTORY "/cases/multipathd.cc");
  ASSERT_TRUE(article.ok() && multipathd.ok());
  EXPECT_TRUE(allowed->Allow("Article.TheFailover", *article));
  EXPECT_TRUE(allowed->Allow("Multipathd.Stops", *multipathd));
  EXPECT_FALSE(allowed->Allow("Failover.DeletingTheActivePath", *article + *multipathd));
}

}  // namespace
}  // namespace dualpath::results
