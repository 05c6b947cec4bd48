#pragma once

#include <string>

#include "helpers/base/result.h"

namespace dualpath::results {

/// Writes timeline.html and trace.json from records.ndjson in a case's results `directory` and, if
/// that file is incomplete or missing because the case's process died, also from the journal
/// collected after that (journal.log). Writes nothing if both files are missing. `title` is the
/// case and its verdict.
Status WriteCasePages(const std::string& directory, const std::string& title);

}  // namespace dualpath::results
