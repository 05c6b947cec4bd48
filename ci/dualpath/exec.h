#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "helpers/host/place.h"
#include "helpers/lab/image/accel.h"
#include "helpers/lab/image/image.h"

namespace dualpath::cli {

struct ExecOptions {
  host::Place place = host::Place::kLab;
  std::string stack = lab::kDefaultStack;  ///< recipe in images/lab/stacks
  std::string results;                     ///< directory; empty: process::DefaultResults()
  std::chrono::seconds timeout{600};       ///< limit of a case: CPU time of its VM, or real time
  bool timeout_is_given = false;           ///< by the user
  bool is_of_parents_run = false;          ///< the parent's cases are one run (results/run_id.h)
  bool strict = false;                     ///< count a skipped case as failed
  bool keep_snapshot = false;              ///< save the VM of a failed case among its results
  int stop_before = 0;                     ///< step before which the case ends as failed; 0: none
  std::string fio_job;                     ///< job file for the soak case, instead of its own
  std::vector<std::string> command;        ///< case program and its arguments; empty with fio_job
  lab::Accelerator accelerator = lab::Accelerator::kTcg;
  lab::Own own;  ///< for the lab only
};

/// Runs a case program and returns an `ExitCode`.
int Exec(const ExecOptions& options);

}  // namespace dualpath::cli
