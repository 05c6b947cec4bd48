#pragma once

#include <string>
#include <vector>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"

namespace dualpath::guest {

/// The guest's whole user space: the agent as /init, and the modules that it loads.
struct InitramfsOptions {
  std::string agent_path;        ///< build/bin/dualpath-guest-agent
  std::string output;            ///< a cpio archive, about 2 MB
  std::string root = "/";        ///< where lib/modules is; another distribution's tree, perhaps
  std::string kernel_release{};  ///< empty: the running kernel's
  /// With whatever these depend on. Those that the kernel has built in are left out.
  std::vector<std::string> modules{"virtio_pci", "virtio_scsi", "sd_mod",
                                   "sg",         "virtio_blk",  "virtio_console"};
  /// The guest's kernel then checks no signatures (4 s of 52 s of boot under two emulators) and
  /// says that it is tainted. A kernel that enforces signatures needs them.
  bool keep_signatures = false;
};

/// Writes the archive: uncompressed, since unpacking would cost the emulated guest more than
/// reading. Uses the system's modprobe, cpio, and xz, zstd or gzip.
Status BuildInitramfs(const InitramfsOptions& options, Deadline deadline);

/// The module files in the order in which to load them, each once, from what `modprobe
/// --show-depends` prints: "insmod PATH [OPTION]..." and "builtin NAME" lines.
Result<std::vector<std::string>> ParseShowDepends(const std::string& text);

/// The module without what scripts/sign-file of the kernel appended to it, if anything.
std::string WithoutSignature(const std::string& module);

}  // namespace dualpath::guest
