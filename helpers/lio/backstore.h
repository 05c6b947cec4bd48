#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "helpers/base/result.h"
#include "helpers/lio/configfs.h"

namespace dualpath::lio {

/// Creates a sparse file of `bytes` bytes (a positive multiple of 512) for a backstore, and its
/// directory. Fails if the file exists: it may hold data.
Status CreateBackingFile(const std::string& path, std::uint64_t bytes);

/// The attribute `info` of a fileio backstore (target_core_file.c, fd_show_configfs_dev_params).
struct FileioInfo {
  std::string file;
  std::uint64_t size_bytes = 0;
  bool write_back = false;  ///< mode "Buffered-WCE", not "O_DSYNC"

  static Result<FileioInfo> Parse(const std::string& text);
};

/// A fileio backstore: the logical unit behind all paths.
///
/// The object is a handle. Its destructor does not remove the backstore, because an adopted rig
/// outlives the process. The owner adds `Remove` to its Cleanup.
class FileBackstore {
 public:
  struct Options {
    std::string file{};            ///< existing, at least `size_bytes`; without "," and newline
    std::uint64_t size_bytes = 0;  ///< positive multiple of 512
    /// Unit serial number, up to 253 characters, from which LIO derives the WWID
    /// (`WwidFromSerial`). Required: without it multipath finds no usable uid.
    std::string serial{};
    std::string name = "storage";     ///< also the INQUIRY product if `emulate_model_alias`
    bool emulate_model_alias = true;  ///< product is `name`, targetcli's default; else "FILEIO"
    bool buffered = true;             ///< write-back through the page cache, targetcli's default
    std::string hba{};                ///< "fileio_7", which must not exist; empty: the first free
  };

  /// Returns the first free "fileio_N": for a caller who records the name before `Create`, so that
  /// a backstore that has no file yet can be recognized after a kill.
  static Result<std::string> FreeHba(const ConfigFs& configfs = SystemConfigFs());

  /// Creates, configures and enables core/HBA/NAME. It is not exported yet. If a step fails, the
  /// earlier ones are undone.
  static Result<FileBackstore> Create(const Options& options,
                                      const ConfigFs& configfs = SystemConfigFs());

  /// Opens an existing backstore, "fileio_0/storage".
  static Result<FileBackstore> Open(const std::string& object,
                                    const ConfigFs& configfs = SystemConfigFs());

  const std::string& object() const { return object_; }           ///< "fileio_0/storage"
  std::string ConfigFsPath() const { return "core/" + object_; }  ///< below the configfs root
  std::string Name() const;                                       ///< "storage"

  Result<std::string> Serial() const;
  Result<FileioInfo> Info() const;

  /// Sets whether the unit reports a write cache to initiators (emulate_write_cache), as it does if
  /// it is buffered. A unit that has a cache but does not report it gets no flushes, so a loss of
  /// power loses acknowledged writes. Initiators ask when they find the disk.
  Status TellOfWriteCache(bool tell) const;

  /// Removes the backstore with its target port groups, and its HBA unless another backstore uses
  /// it. Fails with EBUSY while a target's LUN links to it.
  Status Remove() const;

 private:
  FileBackstore(std::string object, const ConfigFs& configfs)
      : object_(std::move(object)), configfs_(&configfs) {}

  Status Configure(const Options& options) const;

  std::string object_;
  const ConfigFs* configfs_;
};

}  // namespace dualpath::lio
