#pragma once

#include <string>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"

namespace dualpath::guest {

/// Decompresses xz, zstd, gzip or lz4 data, recognized by their first bytes, with the system's
/// programs. Returns other data unchanged. `object` names the data in errors.
Result<std::string> Decompress(std::string data, const std::string& object, Deadline deadline);

/// Like `Decompress`, but for a file, such as a compressed module.
Result<std::string> ReadDecompressed(const std::string& path, Deadline deadline);

}  // namespace dualpath::guest
