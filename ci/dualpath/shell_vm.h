#pragma once

#include <string>

#include "ci/dualpath/shell.h"
#include "helpers/base/result.h"
#include "helpers/lab/image/cache.h"
#include "helpers/lab/image/image.h"
#include "helpers/lab/session.h"
#include "helpers/lab/snapshot.h"

namespace dualpath::cli {

/// Restores the VM selected by `options`, and starts the shell in it.
Result<lab::Restored> StartShellVm(const ShellOptions& options, bool on_terminal,
                                   const lab::Cache& cache, const lab::Image& image);

/// Returns whether the VM is held at the shell's prompt, so that its clock keeps pace with ours.
bool KeepsPace(const ShellOptions& options);

/// Saves a snapshot of the VM under `name` while its shell runs. The VM goes on.
Status SaveRunningShellVm(const std::string& name, const lab::Session::Ask& ask, lab::Vm& vm,
                          const lab::Cache& cache, const lab::Image& image);

/// Saves a snapshot of the VM under `name` after the shell has ended, and stops the VM.
Status SaveShellVm(const std::string& name, lab::Vm& vm, const lab::Cache& cache,
                   const lab::Image& image);

}  // namespace dualpath::cli
