#pragma once

#include <string>

#include "helpers/base/result.h"

namespace dualpath::results {

/// Makes timeline.html and trace.json of what a case has left in `directory`: its records.ndjson
/// and, if the case's process died before it was complete, or never began it, the journal that was
/// gathered then (journal.log). Neither file: nothing is made. `title`: the case and its verdict.
Status WriteCasePages(const std::string& directory, const std::string& title);

}  // namespace dualpath::results
