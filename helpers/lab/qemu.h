#pragma once

#include <string>

#include "helpers/base/result.h"
#include "helpers/process/process.h"

namespace dualpath::lab {

/// How QEMU is called, up to its own arguments. By default it is the one that the image came with,
/// in `directory`, with the loader and libraries that are beside it there, so that the lab is the
/// same on every machine: a QEMU of 2022 takes twice as long for it as one of 2025. The environment
/// variable DUALPATH_QEMU names another program.
process::Command QemuCommand(const std::string& directory);

/// "QEMU emulator version 10.0.8 (Debian ...)": a saved state is only for the QEMU that wrote it.
Result<std::string> QemuVersion(const std::string& directory);

}  // namespace dualpath::lab
