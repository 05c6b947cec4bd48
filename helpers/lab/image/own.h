#pragma once

#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/lab/image/cache.h"

namespace dualpath::lab {

/// Parts of the lab that the user brings, in place of those of a stack.
struct Own {
  /// A bzImage, a build tree, a directory with what `make modules_install` leaves and the bzImage,
  /// or a linux-image .deb (own_kernel.h). Empty: the stack's kernel.
  std::string kernel;
  /// Directories, archives and .debs whose files are laid over the root, in this order
  /// (own_overlay.h).
  std::vector<std::string> overlays;
  std::string append;  ///< words added to the kernel's command line

  /// Returns whether it needs an image of its own. `append` needs none, only other snapshots.
  bool ChangesImage() const { return !kernel.empty() || !overlays.empty(); }
  bool empty() const { return !ChangesImage() && append.empty(); }
};

/// Environment variables with the same meaning. A colon separates overlays.
constexpr char kKernelVariable[] = "DUALPATH_KERNEL";
constexpr char kOverlayVariable[] = "DUALPATH_OVERLAY";
constexpr char kAppendVariable[] = "DUALPATH_APPEND";

/// Returns whether the file is a .deb, or another ar archive.
bool IsDebianPackage(const std::string& path);

/// Returns what the environment asks for.
Own OwnFromEnvironment();

/// Returns the same parts, their files with absolute names.
Own WithAbsoluteNames(Own own);

/// Sets the environment variables, for child processes: absolute file names, since a child may run
/// in another directory.
void ExportOwn(const Own& own);

/// Checks as much as takes no time: that files exist and are of a known kind, that the kernel has
/// its modules and what the lab needs (not in a .deb), that overlays have no devices.
Status CheckOwn(const Own& own);

/// Returns the digest of the contents of kernel and overlays, in hex: names, modes, links, bytes.
/// Files are read only if they have changed since the last time (by size, inode and modification
/// time), which the cache records.
Result<std::string> DigestOfOwn(const Cache& cache, const Own& own);

}  // namespace dualpath::lab
