#include "helpers/base/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>

#include "helpers/base/eventually.h"
#include "helpers/base/file.h"

namespace dualpath {

namespace {

/// Returns false if an earlier holder removed the file: our lock is then on a deleted inode.
bool IsStillAt(const UniqueFd& fd, const std::string& path) {
  struct stat ours = {};
  struct stat there = {};
  return ::fstat(fd.get(), &ours) == 0 && ::stat(path.c_str(), &there) == 0 &&
         ours.st_dev == there.st_dev && ours.st_ino == there.st_ino;
}

}  // namespace

Result<FileLock> FileLock::Acquire(const std::string& path, Mode mode, Deadline deadline) {
  const int operation = (mode == Mode::kShared ? LOCK_SH : LOCK_EX) | LOCK_NB;
  UniqueFd fd;
  int error = 0;
  const bool locked = PollUntil(deadline, [&] {
    if (!fd) fd = UniqueFd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
    error = fd && ::flock(fd.get(), operation) == 0 ? 0 : errno;
    if (error == 0 && !IsStillAt(fd, path)) {
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
