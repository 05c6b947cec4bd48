#include "helpers/base/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "helpers/base/eventually.h"
#include "helpers/base/file.h"

namespace dualpath {

namespace {

/// Returns why the open file is not a lock of ours; empty: it is one. Another user may have put a
/// file at the name, or a hard link to a file of ours.
std::string WhyNotOurs(const UniqueFd& fd) {
  struct stat info = {};
  if (::fstat(fd.get(), &info) != 0) return "cannot be examined";
  if (!S_ISREG(info.st_mode)) return "not a regular file";
  if (info.st_uid != ::geteuid()) return "belongs to uid " + std::to_string(info.st_uid);
  if (info.st_nlink > 1) return "has another name, too";
  return "";
}

}  // namespace

Result<FileLock> FileLock::Acquire(const std::string& path, Mode mode, Deadline deadline) {
  const int operation = (mode == Mode::kShared ? LOCK_SH : LOCK_EX) | LOCK_NB;
  UniqueFd fd;
  int error = 0;
  std::string not_ours;
  const bool locked = PollUntil(deadline, [&] {
    // O_NONBLOCK: a FIFO must not block us.
    constexpr int kFlags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
    if (!fd) fd = UniqueFd(::open(path.c_str(), kFlags, 0666));
    if (fd) not_ours = WhyNotOurs(fd);
    if (!not_ours.empty()) return true;
    error = fd && ::flock(fd.get(), operation) == 0 ? 0 : errno;
    // An earlier holder may have removed the file: our lock is then on a deleted inode.
    if (error == 0 && !IsStillAt(fd.get(), path)) {
      fd = UniqueFd();
      return false;
    }
    return error != EWOULDBLOCK && error != EINTR;
  });
  if (!locked) {
    const Result<std::string> holder = ReadAttribute(path);
    return Error::Because(
        "lock", path,
        "held by another process" + (holder.ok() && !holder->empty() ? ", pid " + *holder : ""));
  }
  if (!not_ours.empty()) {
    return Error::Because("lock", path, not_ours + "; it was not created by us: remove it");
  }
  if (!fd) return Error::FromErrno("open lock", path, error);
  if (error != 0) return Error::FromErrno("lock", path, error);
  // A shared lock can have many holders, so they only erase the pid of an earlier exclusive one.
  const std::string pid = mode == Mode::kExclusive ? std::to_string(::getpid()) + "\n" : "";
  if (::ftruncate(fd.get(), 0) != 0 || ::pwrite(fd.get(), pid.data(), pid.size(), 0) < 0) {
    return Error::FromErrno("write pid to lock", path, errno);
  }
  return FileLock(std::move(fd));
}

Result<FileLock> FileLock::TryAcquire(const std::string& path, Mode mode) {
  return Acquire(path, mode, Deadline::InUnscaled(Deadline::Clock::duration::zero()));
}

}  // namespace dualpath
