#include "ci/dualpath/unpack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <set>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/process/process.h"

namespace dualpath::cli {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class UnpackResultsTest : public ::testing::Test {
 protected:
  UnpackResultsTest() {
    fs::create_directories(there_);
    fs::create_directories(here_);
  }

  /// Returns the tar that the VM sends of `there_`.
  std::string Tar() const {
    const auto tar = process::ExecuteChecked({{"tar", "-C", there_, "-cf", "-", "."}},
                                             Deadline::In(std::chrono::minutes(1)));
    EXPECT_TRUE(tar.ok()) << tar.error().ToString();
    return tar.ok() ? *tar : "";
  }

  std::set<std::string> Files() const {
    std::set<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(here_)) {
      names.insert(entry.path().lexically_relative(here_).string());
    }
    return names;
  }

  static void Write(const std::string& file, const std::string& content) {
    ASSERT_TRUE(WriteFileAtomically(file, content).ok());
  }

  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
  std::string there_ = directory_.path() + "/vm";
  std::string here_ = directory_.path() + "/results";
};

TEST_F(UnpackResultsTest, OnlyRegularFilesAndDirectoriesRemain) {
  Write(directory_.path() + "/secret", "secret");
  Write(there_ + "/records.ndjson", "{}");
  Write(there_ + "/more/a", "a");
  fs::create_symlink(directory_.path() + "/secret", there_ + "/gtest.xml");
  fs::create_directory_symlink(directory_.path(), there_ + "/elsewhere");
  fs::create_hard_link(there_ + "/more/a", there_ + "/more/b");
  ASSERT_EQ(::mkfifo((there_ + "/events.ndjson").c_str(), 0600), 0);
  const Status unpacked = UnpackResults(Tar(), here_);
  ASSERT_TRUE(unpacked.ok()) << unpacked.error().ToString();
  std::set<std::string> files = Files();
  files.erase("more/a");  // one of the two names of a file may remain
  files.erase("more/b");
  EXPECT_THAT(files, ElementsAre("more", "records.ndjson"));
  EXPECT_EQ(*ReadFile(directory_.path() + "/secret"), "secret");
}

TEST_F(UnpackResultsTest, ModesOfTheVmDoNotCount) {
  Write(there_ + "/program", "#!/bin/sh\n");
  Write(there_ + "/closed/file", "x");
  fs::permissions(there_ + "/program", fs::perms(06755));
  fs::permissions(there_ + "/closed/file", fs::perms(0));
  fs::permissions(there_, fs::perms(0777));
  const Status unpacked = UnpackResults(Tar(), here_);
  ASSERT_TRUE(unpacked.ok()) << unpacked.error().ToString();
  EXPECT_EQ(fs::status(here_ + "/program").permissions(), fs::perms(0644));
  EXPECT_EQ(fs::status(here_ + "/closed/file").permissions(), fs::perms(0644));
  EXPECT_EQ(fs::status(here_).permissions(), fs::perms(0755));
}

TEST_F(UnpackResultsTest, TooMuchIsAnErrorAndIsRemoved) {
  Write(there_ + "/sparse", "");
  fs::resize_file(there_ + "/sparse", 1000);
  Write(there_ + "/a", "");
  const std::string tar = Tar();
  EXPECT_TRUE(UnpackResults(tar, here_, {1000, 2, 0}).ok());
  EXPECT_THAT(UnpackResults(tar, here_, {999, 2, 0}).error().ToString(), HasSubstr("too large"));
  EXPECT_TRUE(Files().empty());
  EXPECT_THAT(UnpackResults(tar, here_, {1000, 1, 0}).error().ToString(),
              HasSubstr("too many files"));
  fs::create_directories(there_ + "/1/2");
  EXPECT_THAT(UnpackResults(Tar(), here_, {1000, 10, 1}).error().ToString(),
              HasSubstr("nested too deeply"));
  EXPECT_TRUE(UnpackResults(Tar(), here_, {1000, 10, 2}).ok());
}

TEST_F(UnpackResultsTest, ATruncatedTarIsAnError) {
  Write(there_ + "/a", std::string(10000, 'a'));
  EXPECT_FALSE(UnpackResults(Tar().substr(0, 3000), here_).ok());
}

}  // namespace
}  // namespace dualpath::cli
