#pragma once

#include <string>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"
#include "helpers/base/unique_fd.h"

namespace dualpath {

/// An advisory lock on a file (flock(2)), held until the object is destroyed. The kernel releases
/// it when the holder dies, so there are no stale locks; the file itself stays. A holder of the
/// exclusive lock may remove the file: waiters then create another.
///
/// The file must be ours: a link, a FIFO or a file of another user at its name is an `Error`, and
/// is not changed.
class FileLock {
 public:
  enum class Mode { kShared, kExclusive };

  /// Waits until the lock is free. The error at the deadline contains the holder's pid if the file
  /// does: exclusive holders write theirs.
  static Result<FileLock> Acquire(const std::string& path, Mode mode, Deadline deadline);

  /// Like `Acquire`, but does not wait.
  static Result<FileLock> TryAcquire(const std::string& path, Mode mode);

 private:
  explicit FileLock(UniqueFd fd) : fd_(std::move(fd)) {}

  UniqueFd fd_;
};

}  // namespace dualpath
