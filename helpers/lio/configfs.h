#pragma once

#include <string>
#include <utility>
#include <vector>

#include "helpers/base/result.h"

namespace dualpath::lio {

/// The operations of LIO's configfs tree (Documentation/filesystems/configfs.rst). Paths are
/// relative to the root. Making a directory creates a kernel object, whose attributes the kernel
/// adds; a symbolic link joins two objects.
///
/// Virtual so that unit tests can put a LIO without a kernel behind the classes of this folder.
class ConfigFs {
 public:
  explicit ConfigFs(std::string root = "/sys/kernel/config/target") : root_(std::move(root)) {}
  ConfigFs(const ConfigFs&) = delete;
  ConfigFs& operator=(const ConfigFs&) = delete;
  virtual ~ConfigFs() = default;

  const std::string& root() const { return root_; }

  /// EEXIST is an error too: it tells a name that was free from one that was not.
  virtual Status MakeDirectory(const std::string& path) const;
  virtual Status RemoveDirectory(const std::string& path) const;

  /// `target` and `link` are both relative to the root. The kernel refuses a relative target.
  virtual Status Link(const std::string& target, const std::string& link) const;
  virtual Status Unlink(const std::string& link) const;

  virtual Status Write(const std::string& path, const std::string& value) const;
  Result<std::string> Read(const std::string& path) const;  ///< trimmed

  bool Exists(const std::string& path) const;

  /// Names of the directories, or of the symbolic links, in a directory; sorted. None if `path` is
  /// not there: a fabric's directory exists only once the fabric has been used.
  Result<std::vector<std::string>> Directories(const std::string& path) const;
  Result<std::vector<std::string>> Links(const std::string& path) const;

  /// The last two components of what the link points to: "fileio_0/storage".
  Result<std::string> LinkedObject(const std::string& link) const;

 protected:
  std::string Absolute(const std::string& path) const { return root_ + "/" + path; }

 private:
  std::string root_;
};

/// The kernel's own tree.
const ConfigFs& SystemConfigFs();

}  // namespace dualpath::lio
