#pragma once

#include <string>
#include <vector>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"

namespace dualpath::guest {

/// Options for the guest's whole user space: the agent as /init, and the modules that it loads.
struct InitramfsOptions {
  std::string agent_path;        ///< build/bin/dualpath-guest-agent
  std::string output;            ///< a cpio archive, about 2 MB
  std::string root = "/";        ///< root of the tree with lib/modules
  std::string kernel_release{};  ///< empty: release of the running kernel
  /// Modules, included with their dependencies; built-in ones are skipped.
  std::vector<std::string> modules{"virtio_pci", "virtio_scsi", "sd_mod",
                                   "sg",         "virtio_blk",  "virtio_console"};
  /// Whether modules keep their signatures, which a kernel that enforces them needs. Checking takes
  /// 4 s of 52 s of boot under two emulators; without signatures, the kernel logs that it is
  /// tainted.
  bool keep_signatures = false;
};

/// Writes the archive, uncompressed, since decompression takes an emulated guest longer than
/// reading. Uses the system's modprobe, cpio, and xz, zstd or gzip.
Status BuildInitramfs(const InitramfsOptions& options, Deadline deadline);

/// Parses the output of `modprobe --show-depends`, lines "insmod FILE [OPTION]..." and "builtin
/// NAME", into module files, each once, in load order.
Result<std::vector<std::string>> ParseShowDepends(const std::string& text);

/// Strips the signature that the kernel's scripts/sign-file appended, if any.
std::string WithoutSignature(const std::string& module);

}  // namespace dualpath::guest
