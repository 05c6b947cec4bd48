#pragma once

#include <string>

#include "helpers/lab/image/accel.h"
#include "helpers/lab/image/image.h"

namespace dualpath::cli {

struct ShellOptions {
  std::string stack = lab::kDefaultStack;
  lab::Accelerator accelerator = lab::Accelerator::kTcg;
  lab::Own own;
  std::string name;   ///< name for `dualpath cp`; empty: "lab", or the first free "lab2"...
  bool live = false;  ///< real time instead of virtual time; always real under KVM
  bool warp = false;  ///< virtual time at the prompt, too, where it would keep pace with real time
  bool no_rig = false;  ///< begin after the boot, without a rig
  std::string from;     ///< name of the snapshot to start from, saved by `save`
  std::string at;       ///< failed case whose snapshot to start from (exec --keep-snapshot)
  std::string results;  ///< results directory with that case; empty: process::DefaultResults()
  std::string save;     ///< name under which to save a snapshot when the shell exits
  bool guest = false;   ///< print the guest's console in the VM of the running shell `name` instead
};

/// Runs a root shell in a new lab VM, on our terminal; if standard input is not a terminal, the
/// shell runs it as a script. Returns the shell's exit code, or an `ExitCode` if the shell did not
/// start or did not exit.
int Shell(const ShellOptions& options);

}  // namespace dualpath::cli
