#pragma once

#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/lab/image/input_files.h"

namespace dualpath::lab {

/// A kernel that the user brings, as found on this machine.
struct OwnKernel {
  std::string release;  ///< "6.1.0-41-amd64", from the bzImage
  std::string image;    ///< the bzImage
  std::string config;   ///< its configuration; empty if there is none beside it
  /// Its modules, and the lists modules.builtin and modules.order. Names are below
  /// lib/modules/RELEASE.
  std::vector<InputFile> modules;
};

/// Finds the kernel that `path` refers to:
///  - a build tree: arch/x86/boot/bzImage, and the modules in modules.order;
///  - a directory with lib/modules/RELEASE, as `make INSTALL_MOD_PATH=DIR modules_install` leaves
///    it, or usr/lib/modules/RELEASE, and the bzImage as boot/vmlinuz-RELEASE, vmlinuz-RELEASE,
///    vmlinuz, bzImage or lib/modules/RELEASE/vmlinuz;
///  - a bzImage in one of these places.
/// The `Error` says what is wrong and what to do.
Result<OwnKernel> FindKernel(const std::string& path);

/// Returns what the lab, its rig or its guest needs and the kernel lacks, as names of configuration
/// options with their purpose; empty if it has all.
std::vector<std::string> MissingOptions(const OwnKernel& kernel);

/// Checks that the kernel has what the lab needs, and that its modules are of its release.
Status CheckKernel(const OwnKernel& kernel);

/// Copies the kernel into `directory`: vmlinuz, config, lib/modules/RELEASE. With `move`, moves it
/// there from the same file system.
Status StageKernel(const OwnKernel& kernel, const std::string& directory, bool move = false);

/// Returns all its files, for a digest.
std::vector<InputFile> FilesOf(const OwnKernel& kernel);

}  // namespace dualpath::lab
