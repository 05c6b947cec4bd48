#pragma once

#include <string>

#include "helpers/lab/image/accel.h"
#include "helpers/lab/image/image.h"

namespace dualpath::cli {

struct ShellOptions {
  std::string stack = lab::kDefaultStack;
  lab::Accelerator accelerator = lab::Accelerator::kTcg;
  std::string name;   ///< for `dualpath cp`; empty: "lab", or the first of "lab2"... that is free
  bool live = false;  ///< real time in place of virtual time; under KVM it is real anyway
  std::string from;   ///< go on from the state that was kept under this name
  std::string at;     ///< go on where this case failed, as `dualpath exec --keep-snapshot` kept it
  std::string results;  ///< where `at` is looked for; empty: build/results beside the program
  std::string save;     ///< keep the state at the shell's end under this name
  bool guest = false;   ///< show the guest's console of the running shell `name`, and no shell
};

/// A root shell in a lab VM of its own, on our terminal; or, if standard input is none, one that
/// runs what it reads there. Returns the shell's exit code, or an `ExitCode` if it did not come to
/// that.
int Shell(const ShellOptions& options);

}  // namespace dualpath::cli
