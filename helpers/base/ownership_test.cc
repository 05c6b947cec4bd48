#include "helpers/base/ownership.h"

#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include "helpers/base/temporary_directory.h"

namespace dualpath {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr uid_t kNobody = 65534;

class OwnershipTest : public ::testing::Test {
 protected:
  OwnershipTest() { EXPECT_EQ(::mkdir(path_.c_str(), 0700), 0); }

  std::string WhyNot() const {
    const auto fd = OpenOwnDirectory(path_);
    return fd.ok() ? "" : fd.error().ToString();
  }

  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
  std::string path_ = directory_.path() + "/own";
};

TEST_F(OwnershipTest, OpensADirectoryOfOurs) { EXPECT_EQ(WhyNot(), ""); }

TEST_F(OwnershipTest, RefusesALink) {
  const std::string target = directory_.path() + "/target";
  fs::rename(path_, target);
  fs::create_symlink(target, path_);
  EXPECT_THAT(WhyNot(), HasSubstr("Not a directory"));
}

TEST_F(OwnershipTest, RefusesADirectoryThatOthersCanWriteTo) {
  for (const mode_t mode : {0720U, 0702U, 01777U}) {
    ASSERT_EQ(::chmod(path_.c_str(), mode), 0);
    EXPECT_THAT(WhyNot(), HasSubstr("chmod go-w " + path_)) << std::oct << mode;
  }
}

TEST_F(OwnershipTest, RefusesADirectoryOfAnotherUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a directory away";
  ASSERT_EQ(::chown(path_.c_str(), kNobody, kNobody), 0);
  EXPECT_THAT(WhyNot(), HasSubstr("belongs to uid 65534, not to uid 0"));
}

TEST(PeerTest, IsOursOnASocketPair) {
  std::array<int, 2> pair{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()), 0);
  const UniqueFd near(pair[0]);
  const UniqueFd far(pair[1]);
  EXPECT_TRUE(CheckPeerIsOurs(near, "far").ok());
}

TEST(PeerTest, IsNotOursIfAnotherUserConnected) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can become another user";
  std::array<int, 2> pair{};
  // SO_PEERCRED has the credentials at the time of socketpair(2).
  ASSERT_EQ(::seteuid(kNobody), 0);
  const int made = ::socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data());
  ASSERT_EQ(::seteuid(0), 0);
  ASSERT_EQ(made, 0);
  const UniqueFd near(pair[0]);
  const UniqueFd far(pair[1]);
  const Status checked = CheckPeerIsOurs(near, "the shell");
  ASSERT_FALSE(checked.ok());
  EXPECT_EQ(checked.error().ToString(),
            "identify the peer: the shell: belongs to uid 65534, not to uid 0");
}

}  // namespace
}  // namespace dualpath
