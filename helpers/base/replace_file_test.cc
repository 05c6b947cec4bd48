#include "helpers/base/replace_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <functional>
#include <thread>

#include "helpers/base/eventually.h"
#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/base/unique_fd.h"

namespace dualpath {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

std::function<std::string(const std::string&)> To(const std::string& text) {
  return [text](const std::string& /*before*/) { return text; };
}

ino_t InodeOf(const std::string& path) {
  struct stat info = {};
  EXPECT_EQ(::stat(path.c_str(), &info), 0) << path;
  return info.st_ino;
}

class ReplaceFileTest : public ::testing::Test {
 protected:
  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
  std::string path_ = directory_.path() + "/wwids";
};

TEST_F(ReplaceFileTest, EditReplacesTheContent) {
  ASSERT_TRUE(WriteFileAtomically(path_, "one\ntwo\n").ok());
  for (const char* content : {"two\n", "", "longer than before\n"}) {
    ASSERT_TRUE(EditFile(path_, To(content)).ok());
    EXPECT_EQ(*ReadFile(path_), content);
  }
  EXPECT_FALSE(EditFile(directory_.path(), To("x")).ok());
}

TEST_F(ReplaceFileTest, EditDoesNotCreateAMissingFile) {
  EXPECT_TRUE(EditFile(path_, To("x")).ok());
  EXPECT_FALSE(fs::exists(path_));
}

TEST_F(ReplaceFileTest, EditDoesNotTouchAFileThatStaysTheSame) {
  ASSERT_TRUE(WriteFileAtomically(path_, "same").ok());
  const ino_t before = InodeOf(path_);
  ASSERT_TRUE(EditFile(path_, To("same")).ok());
  EXPECT_EQ(InodeOf(path_), before);
}

TEST_F(ReplaceFileTest, EditKeepsModeOwnerAndAttributes) {
  ASSERT_TRUE(WriteFileAtomically(path_, "old").ok());
  const bool labeled = ::setxattr(path_.c_str(), "user.label", "keep", 4, 0) == 0;
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown(path_.c_str(), 1, 2), 0);
  }
  ASSERT_EQ(::chmod(path_.c_str(), 0640), 0);
  struct stat before = {};
  ASSERT_EQ(::stat(path_.c_str(), &before), 0);

  ASSERT_TRUE(EditFile(path_, To("new")).ok());
  struct stat after = {};
  ASSERT_EQ(::stat(path_.c_str(), &after), 0);
  EXPECT_EQ(after.st_mode, before.st_mode);
  EXPECT_EQ(after.st_uid, before.st_uid);
  EXPECT_EQ(after.st_gid, before.st_gid);
  if (!labeled) GTEST_SKIP() << "this file system has no user attributes";
  std::string value(4, '\0');
  EXPECT_EQ(::getxattr(path_.c_str(), "user.label", value.data(), value.size()), 4);
  EXPECT_EQ(value, "keep");
}

TEST_F(ReplaceFileTest, EditReplacesTheTargetOfALink) {
  ASSERT_TRUE(WriteFileAtomically(path_, "old").ok());
  const std::string link = directory_.path() + "/link";
  fs::create_symlink(path_, link);
  ASSERT_TRUE(EditFile(link, To("new")).ok());
  EXPECT_TRUE(fs::is_symlink(link));
  EXPECT_EQ(*ReadFile(path_), "new");
}

/// A file that was opened before keeps its content: nothing is written in place, so that a kill
/// cannot leave half of it.
TEST_F(ReplaceFileTest, EditNeverWritesInPlace) {
  ASSERT_TRUE(WriteFileAtomically(path_, "the host's own lines\n").ok());
  const UniqueFd before(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  ASSERT_TRUE(EditFile(path_, To("shorter\n")).ok());
  std::string content(100, '\0');
  const ssize_t n = ::pread(before.get(), content.data(), content.size(), 0);
  ASSERT_GE(n, 0);
  EXPECT_EQ(content.substr(0, static_cast<std::size_t>(n)), "the host's own lines\n");
}

TEST_F(ReplaceFileTest, AFullDiskLeavesTheOldContent) {
  ASSERT_TRUE(WriteFileAtomically(path_, "the host's own lines\n").ok());
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const struct rlimit small = {10, 10};
    ::setrlimit(RLIMIT_FSIZE, &small);
    const bool edited = EditFile(path_, To("new lines that do not fit\n")).ok();
    const bool written = WriteFileDurably(path_, "new lines that do not fit\n").ok();
    ::_exit(edited || written ? 1 : 0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0) << "both must fail";
  EXPECT_EQ(*ReadFile(path_), "the host's own lines\n");
  EXPECT_FALSE(fs::exists(ReplacementOf(path_)));
}

TEST_F(ReplaceFileTest, EditStartsAgainIfTheFileWasReplacedWhileItWaited) {
  ASSERT_TRUE(WriteFileAtomically(path_, "old\n").ok());
  // As the other program: in a process of its own, since fcntl locks belong to processes.
  int pipe[2] = {};
  ASSERT_EQ(::pipe(pipe), 0);
  const pid_t other = ::fork();
  if (other == 0) {
    const int fd = ::open(path_.c_str(), O_RDWR);
    struct flock whole = {};
    whole.l_type = F_WRLCK;
    ::fcntl(fd, F_SETLKW, &whole);
    (void)!::write(pipe[1], "x", 1);
    ::usleep(100'000);  // the editor waits for the lock now
    (void)WriteFileAtomically(path_, "old\ntheirs\n");
    ::_exit(0);
  }
  char locked = 0;
  ASSERT_EQ(::read(pipe[0], &locked, 1), 1);
  ASSERT_TRUE(EditFile(path_, [](const std::string& content) { return content + "ours\n"; }).ok());
  ::waitpid(other, nullptr, 0);
  EXPECT_EQ(*ReadFile(path_), "old\ntheirs\nours\n");
  ::close(pipe[0]);
  ::close(pipe[1]);
}

TEST_F(ReplaceFileTest, WriteReplacesWhatAKilledProcessLeft) {
  const std::string file = directory_.path() + "/new/dualpath.conf";
  ASSERT_TRUE(WriteFileDurably(file, "one").ok());
  const std::string victim = directory_.path() + "/victim";
  ASSERT_TRUE(WriteFileAtomically(victim, "precious").ok());
  fs::create_symlink(victim, ReplacementOf(file));
  ASSERT_TRUE(WriteFileDurably(file, "two").ok());
  EXPECT_EQ(*ReadFile(file), "two");
  EXPECT_EQ(*ReadFile(victim), "precious");
  EXPECT_FALSE(fs::exists(ReplacementOf(file)));
}

}  // namespace
}  // namespace dualpath
