#pragma once

#include <string>
#include <vector>

#include "helpers/base/result.h"

namespace dualpath::cli {

/// Whether `file` can be a fio job for the soak case: a regular file that can be read, of a size
/// that no job file has by accident, and about the guest's disk, which it must name as ${DISK}.
Status CheckFioJob(const std::string& file);

/// The case that runs a user's job, from the programs in `directory`.
std::vector<std::string> SoakCommand(const std::string& directory);

}  // namespace dualpath::cli
