#pragma once

#include <string>

#include "helpers/base/result.h"

namespace dualpath::lab {

/// Returns the release ("6.1.0-41-amd64") of a 64-bit x86 bzImage, from its setup header
/// (Documentation/arch/x86/boot.rst in the kernel's source). The `Error` says what the file is
/// instead.
Result<std::string> ReleaseOfBzImage(const std::string& file);

}  // namespace dualpath::lab
