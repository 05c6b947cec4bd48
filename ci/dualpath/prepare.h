#pragma once

#include <string>
#include <vector>

#include "helpers/lab/image/accel.h"
#include "helpers/lab/image/image.h"

namespace dualpath::cli {

struct PrepareOptions {
  std::string stack = lab::kDefaultStack;
  std::vector<std::string> programs;  ///< case programs to make `loaded` snapshots of
  bool boot_only = false;             ///< stop after the boot; needs no other program of the build
  lab::Accelerator accelerator = lab::Accelerator::kTcg;
};

/// Makes what `Exec` in the lab needs and the cache lacks: the image and the snapshots of
/// helpers/lab/protocol.h. Returns an `ExitCode`.
int Prepare(const PrepareOptions& options);

}  // namespace dualpath::cli
