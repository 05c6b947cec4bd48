#pragma once

#include <memory>
#include <string>

#include "helpers/base/file_lock.h"
#include "helpers/base/result.h"

namespace dualpath {

/// A directory of our own that goes away with us.
///
/// It holds a lock for as long as its owner lives, so `SweepTemporaryDirectories` can tell what a
/// killed process left from what a running one needs. `RemoveTemporaryDirectories` is for the way
/// out on a signal, where no destructor runs.
class TemporaryDirectory {
 public:
  /// Made in `parent`, or where empty in `TemporaryParent`. The name begins with "dualpath.".
  static Result<TemporaryDirectory> Create(const std::string& parent = "");

  TemporaryDirectory(TemporaryDirectory&&) noexcept = default;
  TemporaryDirectory& operator=(TemporaryDirectory&& other) noexcept;
  ~TemporaryDirectory();

  const std::string& path() const { return path_; }

  /// Renames `name`, which is in it, to the path `to`, unless `RemoveTemporaryDirectories` has
  /// begun: what is moved is whole.
  Status MoveOut(const std::string& name, const std::string& to) const;

 private:
  TemporaryDirectory(std::string path, FileLock lock);

  std::string path_;
  FileLock lock_;
};

/// Where temporary directories are made by default: TMPDIR or /tmp.
std::string TemporaryParent();

/// Removes every temporary directory of this process. Other threads must not use them any more.
void RemoveTemporaryDirectories();

/// Removes what killed processes left in `parent` (default as above); returns how many.
int SweepTemporaryDirectories(const std::string& parent = "");

}  // namespace dualpath
