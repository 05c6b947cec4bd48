#pragma once

#include <cstdint>
#include <string>

#include "helpers/base/result.h"

namespace dualpath::cli {

/// What a VM may put into the results of a case.
struct UnpackLimits {
  std::uint64_t bytes = std::uint64_t{1} << 30;  ///< sum of the files' sizes, including holes
  int files = 10000;
  int depth = 16;  ///< maximum nesting of directories
};

/// Unpacks the tar of a case's results into `directory`. The VM chose its content, and we open the
/// files: only regular files and directories remain, readable and without special modes. Everything
/// else (links, FIFOs, devices) is removed, with a warning. A tar that exceeds the limits is an
/// `Error`.
Status UnpackResults(const std::string& tar, const std::string& directory,
                     const UnpackLimits& limits = {});

}  // namespace dualpath::cli
