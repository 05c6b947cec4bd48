#pragma once

#include <string>
#include <utility>
#include <vector>

#include "helpers/base/result.h"

namespace dualpath::lio {

/// Name of the symbolic link from a LUN to its backstore; any name will do.
inline constexpr char kLinkName[] = "dualpath";

/// Operations on LIO's configfs tree (Documentation/filesystems/configfs.rst). File names are
/// relative to the root. Creating a directory creates a kernel object, whose attributes the kernel
/// adds; a symbolic link joins two objects.
///
/// Virtual so that unit tests can use `FakeLio` instead of the kernel.
class ConfigFs {
 public:
  explicit ConfigFs(std::string root = "/sys/kernel/config/target") : root_(std::move(root)) {}
  ConfigFs(const ConfigFs&) = delete;
  ConfigFs& operator=(const ConfigFs&) = delete;
  virtual ~ConfigFs() = default;

  const std::string& root() const { return root_; }

  /// Creates a directory. Fails with EEXIST if it exists, so that callers notice a name in use.
  virtual Status MakeDirectory(const std::string& path) const;
  virtual Status RemoveDirectory(const std::string& path) const;

  /// Creates a symbolic link; `target` and `link` are both relative to the root. The link is
  /// created with an absolute target, since the kernel rejects a relative one.
  virtual Status Link(const std::string& target, const std::string& link) const;
  virtual Status Unlink(const std::string& link) const;

  virtual Status Write(const std::string& path, const std::string& value) const;
  Result<std::string> Read(const std::string& path) const;  ///< trimmed

  bool Exists(const std::string& path) const;

  /// Returns the names of the directories, or of the symbolic links, in a directory; sorted. Empty
  /// if `path` does not exist: a fabric's directory appears only with the fabric's first use.
  Result<std::vector<std::string>> Directories(const std::string& path) const;
  Result<std::vector<std::string>> Links(const std::string& path) const;

  /// Returns the last two components of the link's target: "fileio_0/storage".
  Result<std::string> LinkedObject(const std::string& link) const;

 protected:
  std::string Absolute(const std::string& path) const { return root_ + "/" + path; }

 private:
  std::string root_;
};

/// Returns the kernel's tree.
const ConfigFs& SystemConfigFs();

}  // namespace dualpath::lio
