// Two users on one machine, one of them hostile: what the hostile one puts where ours looks for it.

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "ci/dualpath/copy_client.h"
#include "ci/dualpath/cp_command.h"
#include "helpers/base/exit_code.h"
#include "helpers/base/file.h"
#include "helpers/base/file_lock.h"
#include "helpers/base/runtime_directory.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/base/unix_socket.h"
#include "helpers/lab/copy_socket.h"
#include "helpers/lab/image/cache.h"
#include "helpers/lab/line_socket.h"

namespace dualpath::cli {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr uid_t kHostile = 65534;

/// Runs `action` as the hostile user. Returns its exit code.
int AsHostile(const std::function<int()>& action) {
  const pid_t child = ::fork();
  if (child == 0) {
    const bool changed = ::setresgid(kHostile, kHostile, kHostile) == 0 &&
                         ::setresuid(kHostile, kHostile, kHostile) == 0;
    ::_exit(changed ? action() : 99);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 98;
}

/// A shared directory for temporary files, as /tmp.
class TwoUsersTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can act as another user";
    own_.emplace(*TemporaryDirectory::Create());
    ASSERT_EQ(::chmod(own_->path().c_str(), 0711), 0);
    tmp_ = own_->path() + "/tmp";
    fs::create_directory(tmp_);
    ASSERT_EQ(::chmod(tmp_.c_str(), 01777), 0);
    const char* parent = std::getenv("TMPDIR");
    tmpdir_ = parent == nullptr ? "" : parent;
    ::setenv("TMPDIR", tmp_.c_str(), 1);
    victim_ = own_->path() + "/victim";
    ASSERT_TRUE(WriteFileAtomically(victim_, "precious").ok());
  }

  void TearDown() override {
    if (tmpdir_.empty()) {
      ::unsetenv("TMPDIR");
    } else {
      ::setenv("TMPDIR", tmpdir_.c_str(), 1);
    }
  }

  std::optional<TemporaryDirectory> own_;
  std::string tmp_;
  std::string tmpdir_;
  std::string victim_;
};

TEST_F(TwoUsersTest, TheSweepFollowsNoLinkOfTheOther) {
  const std::string trap = tmp_ + "/dualpath.x";
  ASSERT_EQ(AsHostile([&] {
              return ::mkdir(trap.c_str(), 0755) == 0 &&
                             ::symlink(victim_.c_str(), (trap + "/lock").c_str()) == 0
                         ? 0
                         : 1;
            }),
            0);
  EXPECT_EQ(SweepTemporaryDirectories(), 0);
  EXPECT_EQ(*ReadFile(victim_), "precious");
  EXPECT_TRUE(fs::exists(trap));
}

TEST_F(TwoUsersTest, FilesAreNotCopiedToTheShellOfTheOther) {
  const std::string trap = tmp_ + "/a";
  ASSERT_EQ(AsHostile([&] {
              return ::mkdir(trap.c_str(), 0755) == 0 &&
                             WriteFileAtomically(trap + lab::kShellNameFile, "lab\n").ok() &&
                             unix_socket::Listen(trap + lab::kCopySocket).ok()
                         ? 0
                         : 1;
            }),
            0);
  // A FIFO as the name, which blocks its readers.
  ASSERT_EQ(AsHostile([&] {
              return ::mkdir((tmp_ + "/b").c_str(), 0755) == 0 &&
                             ::mkfifo((tmp_ + "/b" + lab::kShellNameFile).c_str(), 0644) == 0
                         ? 0
                         : 1;
            }),
            0);
  EXPECT_THAT(lab::RunningShells(), IsEmpty());
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(Copy({victim_, "lab:/root"}), kInfrastructure);
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              HasSubstr("no `dualpath shell` is running"));
}

TEST_F(TwoUsersTest, TheShellServesOnlyItsOwnUser) {
  const std::string socket = own_->path() + "/shell.sock";
  const auto listener = lab::ListenAt(socket);
  ASSERT_TRUE(listener.ok()) << listener.error().ToString();
  ASSERT_EQ(::chmod(socket.c_str(), 0777), 0);
  ASSERT_EQ(AsHostile([&] {
              return unix_socket::Connect(socket, Deadline::In(seconds(10))).ok() ? 0 : 1;
            }),
            0);
  const auto theirs = lab::AcceptClient(*listener, Deadline::In(seconds(10)));
  ASSERT_FALSE(theirs.ok());
  EXPECT_THAT(theirs.error().ToString(), HasSubstr("belongs to uid 65534, not to uid 0"));

  const auto client = unix_socket::Connect(socket, Deadline::In(seconds(10)));
  ASSERT_TRUE(client.ok());
  EXPECT_TRUE(lab::AcceptClient(*listener, Deadline::In(seconds(10))).ok());
}

TEST_F(TwoUsersTest, TheOtherCannotHoldOurLock) {
  const auto directory = RuntimeDirectoryIn(own_->path());
  ASSERT_TRUE(directory.ok()) << directory.error().ToString();
  const std::string lock = *directory + "/rig.lock";
  ASSERT_TRUE(FileLock::TryAcquire(lock, FileLock::Mode::kExclusive).ok());
  // Reading would be enough for flock(2). The child would keep the lock until it ends.
  EXPECT_EQ(AsHostile([&] {
              const int fd = ::open(lock.c_str(), O_RDONLY);
              return fd < 0 && errno == EACCES ? 0 : 1;
            }),
            0);
}

TEST_F(TwoUsersTest, TheCacheIsNotTheOthers) {
  const std::string cache = tmp_ + "/dualpath";
  ASSERT_EQ(AsHostile([&] { return ::mkdir(cache.c_str(), 0777) == 0 ? 0 : 1; }), 0);
  const auto opened = lab::Cache::Open(cache);
  ASSERT_FALSE(opened.ok());
  EXPECT_THAT(opened.error().ToString(), HasSubstr("belongs to uid 65534"));
}

TEST_F(TwoUsersTest, AFileThatTheOtherPredictsIsNotWrittenThrough) {
  const std::string shared = tmp_ + "/shared";
  fs::create_directory(shared);
  ASSERT_EQ(::chmod(shared.c_str(), 0777), 0);
  const std::string file = shared + "/result.json";
  // All names that a process with our PID could choose by it alone.
  const std::string predicted = file + ".new." + std::to_string(::getpid());
  ASSERT_EQ(AsHostile([&] { return ::symlink(victim_.c_str(), predicted.c_str()) == 0 ? 0 : 1; }),
            0);
  ASSERT_TRUE(WriteFileAtomically(file, "ours").ok());
  EXPECT_EQ(*ReadFile(victim_), "precious");
}

}  // namespace
}  // namespace dualpath::cli
