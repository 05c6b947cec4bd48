#pragma once

#include <string>

#include "ci/dualpath/shell.h"
#include "helpers/base/result.h"
#include "helpers/lab/image/cache.h"
#include "helpers/lab/image/image.h"
#include "helpers/lab/snapshot.h"

namespace dualpath::cli {

/// Restores the VM selected by `options`, and starts the shell in it.
Result<lab::Restored> StartShellVm(const ShellOptions& options, bool on_terminal,
                                   const lab::Cache& cache, const lab::Image& image);

/// Saves a snapshot of the VM under `name`, and stops the VM.
Status SaveShellVm(const std::string& name, lab::Vm& vm, const lab::Cache& cache,
                   const lab::Image& image);

}  // namespace dualpath::cli
