#include "ci/results/run_id.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::results {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

TEST(RunIdOf, IsTheSameForAllChildrenOfAProcess) {
  const auto own = RunIdOf(::getpid());
  ASSERT_TRUE(own.ok()) << own.error().ToString();
  EXPECT_THAT(*own, MatchesRegex("[0-9a-f]+-" + std::to_string(::getpid()) + "-[0-9]+"));
  const int child = ::fork();
  if (child == 0) ::_exit(*RunIdOf(::getppid()) == *own && *RunIdOf(::getpid()) != *own ? 0 : 1);
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST(RunIdOf, FailsForAProcessThatHasEnded) {
  const int child = ::fork();
  if (child == 0) ::_exit(0);
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  EXPECT_FALSE(RunIdOf(child).ok());
}

class BeginCaseTest : public ::testing::Test {
 protected:
  Status Begin(const std::string& name, const std::string& id) const {
    return BeginCase(results_, Directory(name), id);
  }
  std::string Directory(const std::string& name) const { return results_ + "/" + name; }

  TemporaryDirectory parent_ = *TemporaryDirectory::Create();
  std::string results_ = parent_.path() + "/results";
};

TEST_F(BeginCaseTest, MakesTheRunTheOneOfTheResults) {
  ASSERT_TRUE(Begin("A.B", "1").ok());
  ASSERT_TRUE(Begin("A.C", "1").ok());
  EXPECT_THAT(CaseDirectoriesIn(results_).of_run, ElementsAre(Directory("A.B"), Directory("A.C")));
  ASSERT_TRUE(Begin("A.C", "2").ok());
  EXPECT_THAT(CaseDirectoriesIn(results_).of_run, ElementsAre(Directory("A.C")));
  EXPECT_THAT(CaseDirectoriesIn(results_).of_others, ElementsAre(Directory("A.B")));
}

TEST_F(BeginCaseTest, RemovesTheLastResults) {
  ASSERT_TRUE(WriteFileAtomically(Directory("A.B") + "/gtest.xml", "").ok());
  ASSERT_TRUE(Begin("A.B", "1").ok());
  EXPECT_FALSE(fs::exists(Directory("A.B") + "/gtest.xml"));
}

TEST_F(BeginCaseTest, ResultsThatCannotBeRemovedAreAnError) {
  ASSERT_TRUE(WriteFileAtomically(Directory("A.B") + "/gtest.xml", "").ok());
  const auto read_only = fs::perms(0555);
  fs::permissions(parent_.path(), read_only);
  fs::permissions(Directory("A.B"), read_only);
  const uid_t user = ::geteuid();
  constexpr uid_t kNobody = 65534;  // root can remove everything
  if (user == 0) {
    ASSERT_EQ(::seteuid(kNobody), 0);
  }
  const Status begun = Begin("A.B", "1");
  ASSERT_EQ(::seteuid(user), 0);
  fs::permissions(Directory("A.B"), fs::perms::owner_all);
  fs::permissions(parent_.path(), fs::perms::owner_all);
  ASSERT_FALSE(begun.ok());
  EXPECT_THAT(begun.error().ToString(), HasSubstr("remove the results of an earlier run"));
  EXPECT_THAT(CaseDirectoriesIn(results_).of_run, IsEmpty());
}

TEST_F(BeginCaseTest, ACaseKilledAsItBeganIsOfTheRun) {
  fs::create_directories(Directory("A.B"));
  fs::create_directories(Directory("notes"));
  EXPECT_THAT(CaseDirectoriesIn(results_).of_run, ElementsAre(Directory("A.B")));
}

TEST_F(BeginCaseTest, AReportWithoutARunDoesNotCount) {
  ASSERT_TRUE(WriteFileAtomically(Directory("A.B") + "/gtest.xml", "").ok());
  EXPECT_THAT(CaseDirectoriesIn(results_).of_run, IsEmpty());
  EXPECT_THAT(CaseDirectoriesIn(results_).of_others, ElementsAre(Directory("A.B")));
}

}  // namespace
}  // namespace dualpath::results
