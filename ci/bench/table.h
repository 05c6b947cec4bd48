#pragma once

#include <string>

#include "ci/bench/figures.h"

namespace dualpath::bench {

/// Formats a figure as a line of standard output:
/// "restore  restore to the first assertion, median   0.71 s  at most 1 s: met".
std::string TableLine(const Figure& figure);

/// Formats a case as a line: real and virtual seconds, and their ratio.
std::string TableLine(const CaseTime& time);

/// Formats the headline figures and those with a limit as rows of the published table: figure,
/// limit, measured.
std::string MarkdownRows(const Figures& figures);

}  // namespace dualpath::bench
