#pragma once

#include <string>

#include "helpers/base/result.h"

namespace dualpath::results {

/// Writes timeline.html and trace.json from the records.ndjson in a case's results `directory` and,
/// if that is incomplete or missing because the case's process died, from the journal collected
/// then (journal.log). Writes nothing if both are missing. `title` is the case and its verdict.
Status WriteCasePages(const std::string& directory, const std::string& title);

}  // namespace dualpath::results
