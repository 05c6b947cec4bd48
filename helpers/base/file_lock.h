#pragma once

#include <string>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"
#include "helpers/base/unique_fd.h"

namespace dualpath {

/// An advisory lock on a file (flock(2)), held as long as the object lives. The kernel releases it
/// when the holder dies, so there is no stale lock to clean up; the file itself stays. Who holds
/// the exclusive lock may remove it: those who wait make another.
class FileLock {
 public:
  enum class Mode { kShared, kExclusive };

  /// Waits until the lock is free. An expired deadline is an `Error` that names the holder's pid,
  /// as far as it is known.
  static Result<FileLock> Acquire(const std::string& path, Mode mode, Deadline deadline);

  /// As `Acquire`, without waiting.
  static Result<FileLock> TryAcquire(const std::string& path, Mode mode);

 private:
  explicit FileLock(UniqueFd fd) : fd_(std::move(fd)) {}

  UniqueFd fd_;
};

}  // namespace dualpath
