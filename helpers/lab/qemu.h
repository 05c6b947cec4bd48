#pragma once

#include <string>

#include "helpers/base/result.h"
#include "helpers/process/process.h"

namespace dualpath::lab {

/// Returns the command that runs QEMU, without QEMU's arguments: by default the lab's own QEMU in
/// `directory` (images/lab/build-qemu), with the loader and libraries there, so that the lab is the
/// same on every machine and for every stack. The environment variable DUALPATH_QEMU names another
/// program.
process::Command QemuCommand(const std::string& directory);

/// Features that some builds of QEMU lack. The lab's own has all of them.
struct QemuFeatures {
  bool sandbox = true;         ///< -sandbox, which needs libseccomp
  bool file_migration = true;  ///< migration to and from "file:NAME", since 8.2
};

/// Determines the features by trying them, once per process, if DUALPATH_QEMU names another
/// program.
Result<QemuFeatures> FeaturesOfQemu(const std::string& directory);

/// Returns "QEMU emulator version 10.0.8 (Debian ...)". A snapshot can be restored only by the
/// version that saved it.
Result<std::string> QemuVersion(const std::string& directory);

}  // namespace dualpath::lab
