#include "helpers/base/file_lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <thread>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Mode = FileLock::Mode;

class FileLockTest : public ::testing::Test {
 protected:
  Result<FileLock> Try(Mode mode) const { return FileLock::TryAcquire(path_, mode); }

  std::string WhyNot(Mode mode) const {
    const auto lock = Try(mode);
    return lock.ok() ? "free" : lock.error().ToString();
  }

  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
  std::string path_ = directory_.path() + "/some.lock";
};

/// A process that holds the exclusive lock until it is killed.
class Holder {
 public:
  explicit Holder(const std::string& path) {
    std::array<int, 2> pipe{};
    EXPECT_EQ(::pipe(pipe.data()), 0);
    const UniqueFd reading(pipe[0]);
    UniqueFd writing(pipe[1]);
    pid_ = ::fork();
    if (pid_ == 0) {
      const auto lock = FileLock::TryAcquire(path, Mode::kExclusive);
      const char answer = lock.ok() ? 'y' : 'n';
      if (::write(writing.get(), &answer, 1) == 1) ::pause();
      ::_exit(1);
    }
    writing.Reset();
    char answer = 'n';
    EXPECT_EQ(::read(reading.get(), &answer, 1), 1);
    EXPECT_EQ(answer, 'y');
  }
  ~Holder() { Kill(); }

  void Kill() {
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  int pid() const { return pid_; }

 private:
  int pid_ = 0;
};

TEST_F(FileLockTest, IsReleasedWhenTheObjectIsDestroyed) {
  {
    auto lock = Try(Mode::kExclusive);
    ASSERT_TRUE(lock.ok()) << lock.error().ToString();
    const FileLock moved = std::move(*lock);
    EXPECT_FALSE(Try(Mode::kExclusive).ok());
    EXPECT_FALSE(Try(Mode::kShared).ok());
  }
  EXPECT_TRUE(Try(Mode::kExclusive).ok());
}

TEST_F(FileLockTest, SharedLocksExcludeOnlyExclusiveOnes) {
  const auto one = Try(Mode::kShared);
  const auto other = Try(Mode::kShared);
  EXPECT_TRUE(one.ok() && other.ok());
  EXPECT_EQ(WhyNot(Mode::kExclusive), "lock: " + path_ + ": held by another process");
}

TEST_F(FileLockTest, TheErrorNamesTheHolder) {
  const Holder holder(path_);
  const std::string reason =
      "lock: " + path_ + ": held by another process, pid " + std::to_string(holder.pid());
  EXPECT_EQ(WhyNot(Mode::kExclusive), reason);
  EXPECT_EQ(WhyNot(Mode::kShared), reason);
}

TEST_F(FileLockTest, TheErrorDoesNotNameAFormerHolder) {
  ASSERT_TRUE(Try(Mode::kExclusive).ok());
  const auto shared = Try(Mode::kShared);
  ASSERT_TRUE(shared.ok()) << shared.error().ToString();
  EXPECT_EQ(WhyNot(Mode::kExclusive), "lock: " + path_ + ": held by another process");
}

TEST_F(FileLockTest, IsReleasedWhenTheHolderIsKilled) {
  Holder holder(path_);
  EXPECT_FALSE(Try(Mode::kExclusive).ok());
  holder.Kill();
  EXPECT_EQ(WhyNot(Mode::kExclusive), "free");
}

TEST_F(FileLockTest, AcquireWaitsUntilTheDeadline) {
  Holder holder(path_);
  const auto expired =
      FileLock::Acquire(path_, Mode::kExclusive, Deadline::InUnscaled(milliseconds(60)));
  EXPECT_FALSE(expired.ok());
  std::thread killer([&] { holder.Kill(); });
  const auto lock = FileLock::Acquire(path_, Mode::kExclusive, Deadline::In(seconds(20)));
  killer.join();
  EXPECT_TRUE(lock.ok()) << lock.error().ToString();
}

TEST_F(FileLockTest, TheFileKeepsThePidOfTheLastHolder) {
  ASSERT_TRUE(WriteFileAtomically(path_, "something longer than a pid\n").ok());
  ASSERT_TRUE(Try(Mode::kExclusive).ok());
  EXPECT_EQ(*ReadFile(path_), std::to_string(::getpid()) + "\n");
}

TEST_F(FileLockTest, IsTakenOnTheNewFileIfTheOldOneWasRemoved) {
  auto removed = Try(Mode::kExclusive);
  ASSERT_TRUE(removed.ok());
  std::thread remover([&] {
    std::filesystem::remove(path_);
    { const FileLock gone = std::move(*removed); }
  });
  const auto lock = FileLock::Acquire(path_, Mode::kExclusive, Deadline::In(seconds(20)));
  remover.join();
  ASSERT_TRUE(lock.ok()) << lock.error().ToString();
  EXPECT_FALSE(Try(Mode::kExclusive).ok()) << "the lock is on the file at the path";
}

TEST_F(FileLockTest, FailsWithoutItsDirectory) {
  EXPECT_EQ(FileLock::TryAcquire("/no/such/lock", Mode::kShared).error().ToString(),
            "open lock: /no/such/lock: No such file or directory (errno 2)");
}

TEST_F(FileLockTest, DoesNotTouchTheTargetOfALink) {
  const std::string victim = directory_.path() + "/victim";
  ASSERT_TRUE(WriteFileAtomically(victim, "precious").ok());
  std::filesystem::create_symlink(victim, path_);
  EXPECT_EQ(Try(Mode::kExclusive).error().error_number(), ELOOP);
  std::filesystem::remove(path_);
  std::filesystem::create_hard_link(victim, path_);
  EXPECT_EQ(WhyNot(Mode::kExclusive), "lock: " + path_ +
                                          ": has another name, too; it was not created by us: "
                                          "remove it");
  EXPECT_EQ(*ReadFile(victim), "precious");
}

TEST_F(FileLockTest, DoesNotBlockOnAFifo) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0666), 0);
  EXPECT_EQ(WhyNot(Mode::kExclusive),
            "lock: " + path_ + ": not a regular file; it was not created by us: remove it");
}

TEST_F(FileLockTest, RefusesAFileOfAnotherUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  ASSERT_TRUE(WriteFileAtomically(path_, "theirs").ok());
  ASSERT_EQ(::chown(path_.c_str(), 65534, 65534), 0);
  EXPECT_EQ(WhyNot(Mode::kExclusive),
            "lock: " + path_ + ": belongs to uid 65534; it was not created by us: remove it");
  EXPECT_EQ(*ReadFile(path_), "theirs");
}

}  // namespace
}  // namespace dualpath
