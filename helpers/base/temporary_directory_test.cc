#include "helpers/base/temporary_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "helpers/base/file.h"

namespace dualpath {
namespace {

namespace fs = std::filesystem;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

/// Uses its own parent directory, so that no test sweeps the machine's /tmp.
class TemporaryDirectoryTest : public ::testing::Test {
 protected:
  TemporaryDirectoryTest() { EXPECT_NE(::mkdtemp(parent_.data()), nullptr); }
  ~TemporaryDirectoryTest() override { fs::remove_all(parent_); }

  TemporaryDirectory Make() const { return *TemporaryDirectory::Create(parent_); }

  /// Leaves a directory as a killed process does, and returns its path.
  std::string Abandoned() const {
    const int child = ::fork();
    if (child == 0) {
      const auto directory = TemporaryDirectory::Create(parent_);
      ::_exit(directory.ok() && WriteFileAtomically(directory->path() + "/deep/file", "x").ok()
                  ? 0
                  : 1);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    for (const auto& entry : fs::directory_iterator(parent_)) {
      if (fs::exists(entry.path() / "deep")) return entry.path();
    }
    return "";
  }

  std::string parent_ = "/tmp/directory-test-XXXXXX";
};

TEST_F(TemporaryDirectoryTest, IsRemovedWithItsContent) {
  std::string path;
  {
    const TemporaryDirectory directory = Make();
    path = directory.path();
    EXPECT_THAT(path, MatchesRegex(parent_ + "/dualpath\\.[A-Za-z0-9]+"));
    ASSERT_TRUE(WriteFileAtomically(path + "/deep/down/file", "x").ok());
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(TemporaryDirectoryTest, IsCreatedInTmpdirByDefault) {
  const char* old = std::getenv("TMPDIR");
  const std::string before = old == nullptr ? "" : old;
  ::setenv("TMPDIR", parent_.c_str(), 1);
  const auto directory = TemporaryDirectory::Create();
  before.empty() ? ::unsetenv("TMPDIR") : ::setenv("TMPDIR", before.c_str(), 1);
  ASSERT_TRUE(directory.ok()) << directory.error().ToString();
  EXPECT_THAT(directory->path(), StartsWith(parent_ + "/dualpath."));
}

TEST_F(TemporaryDirectoryTest, BelongsToTheObjectThatItWasMovedTo) {
  TemporaryDirectory first = Make();
  const std::string path = first.path();
  {
    const TemporaryDirectory owner = std::move(first);
    EXPECT_EQ(owner.path(), path);
    EXPECT_TRUE(fs::exists(path));
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(TemporaryDirectoryTest, AssignmentRemovesBothEventually) {
  std::string first_path;
  std::string second_path;
  {
    TemporaryDirectory first = Make();
    first_path = first.path();
    {
      TemporaryDirectory second = Make();
      second_path = second.path();
      first = std::move(second);
    }
    EXPECT_EQ(first.path(), second_path);
    EXPECT_TRUE(fs::exists(second_path));
    EXPECT_EQ(SweepTemporaryDirectories(parent_), 0) << "its lock moved with it";
  }
  EXPECT_FALSE(fs::exists(first_path));
  EXPECT_FALSE(fs::exists(second_path));
}

TEST_F(TemporaryDirectoryTest, RemoveTemporaryDirectoriesRemovesAll) {
  const TemporaryDirectory one = Make();
  const TemporaryDirectory other = Make();
  RemoveTemporaryDirectories();
  EXPECT_FALSE(fs::exists(one.path()));
  EXPECT_FALSE(fs::exists(other.path()));
}

TEST_F(TemporaryDirectoryTest, MoveOutFailsOnceTheyAreRemoved) {
  const auto directory = TemporaryDirectory::Create(parent_);
  for (const char* name : {"/a", "/b"}) {
    ASSERT_TRUE(WriteFileAtomically(directory->path() + name, "x").ok());
  }
  EXPECT_TRUE(directory->MoveOut("a", parent_ + "/a").ok());
  EXPECT_TRUE(fs::exists(parent_ + "/a"));
  RemoveTemporaryDirectories();
  EXPECT_EQ(directory->MoveOut("b", parent_ + "/b").error().ToString(),
            "rename to: " + parent_ + "/b: interrupted by a signal");
}

TEST_F(TemporaryDirectoryTest, ASweepRemovesAnEmptyOneWithoutALock) {
  fs::create_directory(parent_ + "/dualpath.almost-removed");
  EXPECT_EQ(SweepTemporaryDirectories(parent_), 1);
  EXPECT_FALSE(fs::exists(parent_ + "/dualpath.almost-removed"));
}

TEST_F(TemporaryDirectoryTest, TheErrorNamesTheParent) {
  EXPECT_THAT(TemporaryDirectory::Create("/no/such").error().ToString(),
              MatchesRegex("create a temporary directory: /no/such/dualpath\\..*: No such file or "
                           "directory \\(errno 2\\)"));
}

TEST_F(TemporaryDirectoryTest, ASweepRemovesOnlyWhatAKilledProcessLeft) {
  const std::string left = Abandoned();
  ASSERT_NE(left, "");
  const TemporaryDirectory in_use = Make();
  ASSERT_TRUE(WriteFileAtomically(parent_ + "/other.directory/lock", "").ok());
  ASSERT_TRUE(WriteFileAtomically(parent_ + "/dualpath.without-a-lock/file", "").ok());
  ASSERT_TRUE(WriteFileAtomically(parent_ + "/dualpath.a-file", "").ok());

  EXPECT_EQ(SweepTemporaryDirectories(parent_), 1);

  EXPECT_FALSE(fs::exists(left));
  for (const std::string& kept :
       {in_use.path(), parent_ + "/other.directory/lock", parent_ + "/dualpath.without-a-lock/file",
        parent_ + "/dualpath.a-file"}) {
    EXPECT_TRUE(fs::exists(kept)) << kept;
  }
  EXPECT_EQ(SweepTemporaryDirectories(parent_), 0) << "nothing is left";
  EXPECT_EQ(SweepTemporaryDirectories("/no/such"), 0);
}

TEST_F(TemporaryDirectoryTest, ASweepFollowsNoLinkThatAnotherUserPlanted) {
  const std::string victim = parent_ + "/victim";
  ASSERT_TRUE(WriteFileAtomically(victim, "precious").ok());
  const std::string planted = parent_ + "/dualpath.planted";
  fs::create_directory(planted);
  fs::create_symlink("../victim", planted + "/lock");
  fs::create_directory_symlink(planted, parent_ + "/dualpath.link");
  EXPECT_EQ(SweepTemporaryDirectories(parent_), 0) << "as our own user";
  EXPECT_EQ(*ReadFile(victim), "precious");

  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a directory away";
  fs::remove(planted + "/lock");
  ASSERT_TRUE(WriteFileAtomically(planted + "/lock", "").ok());
  ASSERT_EQ(::chown(planted.c_str(), 65534, 65534), 0);
  EXPECT_EQ(SweepTemporaryDirectories(parent_), 0) << "as another user's";
  EXPECT_TRUE(fs::exists(planted + "/lock"));
}

}  // namespace
}  // namespace dualpath
