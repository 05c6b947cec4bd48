#pragma once

#include <string>
#include <vector>

#include "helpers/lab/image/accel.h"
#include "helpers/lab/image/image.h"

namespace dualpath::cli {

struct PrepareOptions {
  std::string stack = lab::kDefaultStack;
  std::vector<std::string> programs;  ///< case programs to load into snapshots
  bool boot_only = false;             ///< stop after the boot; needs no other program of the build
  lab::Accelerator accelerator = lab::Accelerator::kTcg;
  lab::Own own;
};

/// Builds the image and the snapshots (helpers/lab/protocol.h) that `Exec` needs in the lab, if
/// they are missing from the cache. Returns an `ExitCode`.
int Prepare(const PrepareOptions& options);

}  // namespace dualpath::cli
