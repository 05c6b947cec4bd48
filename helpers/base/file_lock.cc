#include "helpers/base/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include <cerrno>

#include "helpers/base/eventually.h"
#include "helpers/base/file.h"

namespace dualpath {

Result<FileLock> FileLock::Acquire(const std::string& path, Mode mode, Deadline deadline) {
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  if (!fd) return Error::FromErrno("open lock", path, errno);
  const int operation = (mode == Mode::kShared ? LOCK_SH : LOCK_EX) | LOCK_NB;
  int error = 0;
  const bool locked = PollUntil(deadline, [&] {
    error = ::flock(fd.get(), operation) == 0 ? 0 : errno;
    return error != EWOULDBLOCK && error != EINTR;
  });
  if (!locked) {
    const Result<std::string> holder = ReadAttribute(path);
    return Error::Because(
        "lock", path,
        "another process holds it" + (holder.ok() && !holder->empty() ? ", pid " + *holder : ""));
  }
  if (error != 0) return Error::FromErrno("lock", path, error);
  // A shared holder is one of many: it only wipes out the pid of an exclusive one before it.
  const std::string pid = mode == Mode::kExclusive ? std::to_string(::getpid()) + "\n" : "";
  if (::ftruncate(fd.get(), 0) != 0 || ::pwrite(fd.get(), pid.data(), pid.size(), 0) < 0) {
    return Error::FromErrno("write our pid into", path, errno);
  }
  return FileLock(std::move(fd));
}

Result<FileLock> FileLock::TryAcquire(const std::string& path, Mode mode) {
  return Acquire(path, mode, Deadline::InUnscaled(Deadline::Clock::duration::zero()));
}

}  // namespace dualpath
