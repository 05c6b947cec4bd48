#pragma once

#include <string>
#include <vector>

#include "helpers/base/result.h"

namespace dualpath::cli {

/// Variable that names a job file for the soak case (cases/soak.cc) to run instead of its own.
constexpr char kFioJobVariable[] = "DUALPATH_FIO_JOB";

/// Checks that `file` can be a fio job for the soak case: a readable regular file of plausible size
/// that names the guest's disk as ${DISK}.
Status CheckFioJob(const std::string& file);

/// Returns the command that runs the soak case with the case program in `directory`.
std::vector<std::string> SoakCommand(const std::string& directory);

}  // namespace dualpath::cli
