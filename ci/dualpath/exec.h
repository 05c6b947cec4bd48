#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "helpers/lab/image/accel.h"
#include "helpers/lab/image/image.h"

namespace dualpath::cli {

struct ExecOptions {
  std::string place = "lab";               ///< "lab" or "host"
  std::string stack = lab::kDefaultStack;  ///< a recipe in images/lab/stacks
  std::string results;                     ///< directory; empty: build/results beside the program
  std::chrono::seconds timeout{600};  ///< real time that a case may take, preparation not counted
  bool strict = false;                ///< a skipped case is a failed one
  bool keep_state = false;            ///< of the VM in which a case fails, among its results
  std::string fio_job;                ///< a job file for the soak case, in place of its own
  std::vector<std::string> command;   ///< the case program and its arguments; empty with fio_job
  lab::Accelerator accelerator = lab::Accelerator::kTcg;
};

/// Runs a case program where the options say and returns an `ExitCode`.
int Exec(const ExecOptions& options);

struct PrepareOptions {
  std::string stack = ExecOptions().stack;
  std::vector<std::string> programs;  ///< case programs to have loaded
  bool boot_only = false;             ///< needs nothing of what was built beside us
  lab::Accelerator accelerator = ExecOptions().accelerator;
};

/// Makes what `Exec` in the lab needs and the cache lacks: the image, the booted lab, the state
/// with the default rig up, and for each program that with the program loaded.
int Prepare(const PrepareOptions& options);

}  // namespace dualpath::cli
