#pragma once

#include <string>

#include "ci/bench/report.h"

namespace dualpath::bench {

/// A figure as a line of standard output:
/// "restore  restore to the first assertion, median   0.71 s  at most 1 s: met".
std::string TableLine(const Figure& figure);

/// A case as one: real and virtual seconds, and their ratio.
std::string TableLine(const CaseTime& time);

/// The headlines, and what has a limit, as rows of README.md's table: figure, limit, measured.
std::string MarkdownRows(const Report& report);

}  // namespace dualpath::bench
