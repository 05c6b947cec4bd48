#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "helpers/base/result.h"
#include "helpers/lio/configfs.h"

namespace dualpath::lio {

/// Creates a sparse file of `bytes` bytes (a positive multiple of 512) for a backstore, and its
/// directory. An existing file is never touched: it may hold somebody's data.
Status CreateBackingFile(const std::string& path, std::uint64_t bytes);

/// What `info` of a fileio backstore says (target_core_file.c, fd_show_configfs_dev_params).
struct FileioInfo {
  std::string file;
  std::uint64_t size_bytes = 0;
  bool write_back = false;  ///< "Buffered-WCE", against "O_DSYNC"

  static Result<FileioInfo> Parse(const std::string& text);
};

/// A fileio backstore: the logical unit that all paths lead to.
///
/// The object is a handle. It does not remove the backstore when it goes: rigs outlive a process
/// when they are adopted. Who owns it adds `Remove` to its Cleanup.
class FileBackstore {
 public:
  struct Options {
    std::string file{};            ///< exists, at least `size_bytes` long; neither "," nor newline
    std::uint64_t size_bytes = 0;  ///< positive multiple of 512
    /// Unit serial number, up to 253 characters; `WwidFromSerial` says the WWID. Required: without
    /// one multipath finds no usable uid.
    std::string serial{};
    std::string name = "storage";     ///< also the INQUIRY product if `emulate_model_alias`
    bool emulate_model_alias = true;  ///< product is `name`, as targetcli has it; else "FILEIO"
    bool buffered = true;             ///< write-back through the page cache, as targetcli's default
  };

  /// Creates core/fileio_N/NAME with the first N that is free, configured, enabled and not yet
  /// exported. What was made is undone if a step fails.
  static Result<FileBackstore> Create(const Options& options,
                                      const ConfigFs& configfs = SystemConfigFs());

  /// Takes over an existing one, "fileio_0/storage".
  static Result<FileBackstore> Open(const std::string& object,
                                    const ConfigFs& configfs = SystemConfigFs());

  const std::string& object() const { return object_; }           ///< "fileio_0/storage"
  std::string ConfigFsPath() const { return "core/" + object_; }  ///< below the configfs root
  std::string Name() const;                                       ///< "storage"

  Result<std::string> Serial() const;
  Result<FileioInfo> Info() const;

  /// Removes it and its HBA. The kernel refuses while a target's LUN links to it.
  Status Remove() const;

 private:
  FileBackstore(std::string object, const ConfigFs& configfs)
      : object_(std::move(object)), configfs_(&configfs) {}

  Status Configure(const Options& options) const;

  std::string object_;
  const ConfigFs* configfs_;
};

}  // namespace dualpath::lio
