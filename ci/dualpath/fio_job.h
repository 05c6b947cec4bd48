#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "helpers/base/result.h"

namespace dualpath::cli {

/// Variable that names a job file for the soak case (cases/soak.cc) to run instead of its own.
constexpr char kFioJobVariable[] = "DUALPATH_FIO_JOB";

/// Checks that `file` can be a fio job for the soak case: a readable regular file of plausible size
/// that names the guest's disk as ${DISK}.
Status CheckFioJob(const std::string& file);

/// Returns for how long the job runs by itself, ramps included: jobs one after the other if one has
/// `stonewall`, else the longest. Nothing if one has no `runtime`, and so ends with its size.
std::optional<std::chrono::seconds> RuntimeOf(const std::string& job);

/// CPU time of the lab's VM for a job. The VM is emulated and fio keeps it busy, so that its clock
/// is some ten times slower than ours.
struct FioCost {
  std::chrono::seconds usual;
  std::chrono::seconds longest;  ///< for which --timeout must suffice
};
FioCost CostOf(std::chrono::seconds runtime);

/// Says, in the lab, how long the job takes, and raises `timeout` to that unless the user has set
/// it. An `Error` if what the user has set is too short.
Status PlanFioJob(const std::string& job, bool timeout_is_given, std::chrono::seconds& timeout,
                  std::string& text);

/// Returns the command that runs the soak case with the case program in `directory`.
std::vector<std::string> SoakCommand(const std::string& directory);

}  // namespace dualpath::cli
