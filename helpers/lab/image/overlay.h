#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/lab/image/input_files.h"

namespace dualpath::lab {

/// Limits of an unpacked archive, and of a directory.
struct OverlayLimits {
  std::uint64_t bytes = std::uint64_t{3} << 30;  ///< sum of the files' sizes, including holes
  std::size_t files = 200000;
};

/// Unpacks a tar, compressed or not, or the files of a .deb into `directory`. Its content is not
/// trusted: nothing outside of `directory` is written or read, and what is neither a file, a
/// directory nor a symbolic link is an `Error`.
Status UnpackArchive(const std::string& archive, const std::string& directory,
                     const OverlayLimits& limits = {});

/// Checks that the overlay exists and, if it is a directory, that it has files, only of the kinds
/// above, and within the limits.
Status CheckOverlay(const std::string& path, const OverlayLimits& limits = {});

/// Returns the files of an overlay, or the archive itself, for a digest.
Result<std::vector<InputFile>> FilesOfOverlay(const std::string& path);

/// Writes the overlay's files as a tar, owned by root; images/lab/lay-over unpacks it.
Status StageOverlay(const std::string& path, const std::string& tar,
                    const OverlayLimits& limits = {});

}  // namespace dualpath::lab
