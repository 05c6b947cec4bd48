#pragma once

#include <string>
#include <vector>

#include "helpers/base/result.h"

namespace dualpath::results {

/// Copies the cases of `shards`, each the results directory of a run of some of the cases, to the
/// new directory `results`, as those of one run, and merges their JUnit files. The shards stay as
/// they are. Fails, and leaves nothing behind, if `results` exists, if a shard has no results, or
/// if two have the same case.
Status MergeShards(const std::vector<std::string>& shards, const std::string& results);

}  // namespace dualpath::results
