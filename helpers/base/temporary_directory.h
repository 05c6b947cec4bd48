#pragma once

#include <memory>
#include <string>

#include "helpers/base/file_lock.h"
#include "helpers/base/result.h"

namespace dualpath {

/// A directory that is removed with its object.
///
/// It contains a lock file, locked while the object exists, by which `SweepTemporaryDirectories`
/// distinguishes directories of killed processes from those in use. `RemoveTemporaryDirectories` is
/// for the exit on a signal, where no destructor runs.
class TemporaryDirectory {
 public:
  /// Creates it in `parent`; if that is empty, in `TemporaryParent()`. The name begins with
  /// "dualpath.".
  static Result<TemporaryDirectory> Create(const std::string& parent = "");

  TemporaryDirectory(TemporaryDirectory&&) noexcept = default;
  TemporaryDirectory& operator=(TemporaryDirectory&& other) noexcept;
  ~TemporaryDirectory();

  const std::string& path() const { return path_; }

  /// Renames the file `name` of this directory to `to`. Fails once `RemoveTemporaryDirectories` has
  /// begun, which may have removed part of it.
  Status MoveOut(const std::string& name, const std::string& to) const;

 private:
  TemporaryDirectory(std::string path, FileLock lock);

  std::string path_;
  FileLock lock_;
};

/// Returns the default parent of temporary directories: TMPDIR or /tmp.
std::string TemporaryParent();

/// Removes every temporary directory of this process; other threads must no longer use them.
void RemoveTemporaryDirectories();

/// Removes directories of killed processes of this user from `parent` (default as above) and
/// returns how many.
int SweepTemporaryDirectories(const std::string& parent = "");

}  // namespace dualpath
