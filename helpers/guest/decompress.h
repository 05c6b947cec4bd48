#pragma once

#include <string>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"

namespace dualpath::guest {

/// The plain content of compressed data, told by its first bytes: xz, zstd, gzip or lz4, by the
/// system's programs. Anything else is returned as it is. `object` names it in errors.
Result<std::string> Decompress(std::string data, const std::string& object, Deadline deadline);

/// As `Decompress`, of a file: a module, as distributions ship it.
Result<std::string> ReadDecompressed(const std::string& path, Deadline deadline);

}  // namespace dualpath::guest
