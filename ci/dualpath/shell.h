#pragma once

#include <string>

#include "helpers/lab/image/accel.h"
#include "helpers/lab/image/image.h"

namespace dualpath::cli {

struct ShellOptions {
  std::string stack = lab::kDefaultStack;
  lab::Accelerator accelerator = lab::Accelerator::kTcg;
  std::string name;     ///< name for `dualpath cp`; empty: "lab", or the first free "lab2"...
  bool live = false;    ///< real time instead of virtual time; under KVM it is always real
  std::string from;     ///< name of the snapshot to start from, as `save` saved it
  std::string at;       ///< failed case to start from the snapshot of (exec --keep-snapshot)
  std::string results;  ///< results directory with that case; empty: build/results beside us
  std::string save;     ///< name under which to save a snapshot when the shell ends
  bool guest = false;   ///< print the guest's console of the running shell `name` instead
};

/// Runs a root shell in a lab VM of its own, on our terminal; if standard input is not a terminal,
/// the shell runs it as a script. Returns the shell's exit code, or an `ExitCode` if the shell was
/// not started or did not end.
int Shell(const ShellOptions& options);

}  // namespace dualpath::cli
