#include "helpers/base/runtime_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "helpers/base/temporary_directory.h"

namespace dualpath {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class RuntimeDirectoryTest : public ::testing::Test {
 protected:
  std::string WhyNot() const {
    const auto made = RuntimeDirectoryIn(parent_.path());
    return made.ok() ? "fine" : made.error().ToString();
  }

  TemporaryDirectory parent_ = *TemporaryDirectory::Create();
  std::string path_ = parent_.path() + "/dualpath";
};

TEST_F(RuntimeDirectoryTest, IsOnlyOurs) {
  for (const mode_t before : {0700, 0755}) {
    fs::remove(path_);
    if (before != 0700) {
      ASSERT_EQ(::mkdir(path_.c_str(), before), 0);
    }
    const auto made = RuntimeDirectoryIn(parent_.path());
    ASSERT_TRUE(made.ok()) << made.error().ToString();
    EXPECT_EQ(*made, path_);
    EXPECT_EQ(fs::status(path_).permissions(), fs::perms::owner_all);
  }
}

TEST_F(RuntimeDirectoryTest, IsNotALink) {
  fs::create_directory_symlink("/", path_);
  EXPECT_THAT(WhyNot(), HasSubstr("open our directory: " + path_));
}

TEST_F(RuntimeDirectoryTest, IsNotInADirectoryThatOthersCanChange) {
  ASSERT_EQ(::chmod(parent_.path().c_str(), 01777), 0);
  EXPECT_THAT(WhyNot(), HasSubstr("other users can write to it"));
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(RuntimeDirectoryTest, IsNotAnotherUsers) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a directory away";
  ASSERT_EQ(::mkdir(path_.c_str(), 0700), 0);
  ASSERT_EQ(::chown(path_.c_str(), 65534, 65534), 0);
  EXPECT_THAT(WhyNot(), HasSubstr("belongs to uid 65534"));
}

}  // namespace
}  // namespace dualpath
