#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "helpers/timeline/account.h"

namespace dualpath::timeline {

/// Returns what happened, one sentence after the other: for each map its configuration, the paths
/// lost and regained and what became of its I/O; then why a file system became read-only, and why a
/// guest was paused. What the log does not show is said to be "not in this log".
std::vector<std::string> Sentences(const Account& account);

/// Returns {"maps": [...], "read_only": [...], "paused": [...], "sentences": [...]}. Keys are the
/// names of the members, times are microseconds as in the records, and null is "not in this log".
nlohmann::json ToJson(const Account& account);

}  // namespace dualpath::timeline
