#pragma once

#include <string>
#include <vector>

#include "ci/matrix/column.h"

namespace dualpath::matrix {

/// A case on all stacks.
struct Row {
  std::string name;
  std::vector<const results::CaseRun*> cells;  ///< one per column; null: it did not run there
  bool differs = false;                        ///< between two neighboring columns
};

/// Returns the rows, those that differ first. They refer to the columns.
std::vector<Row> RowsOf(const std::vector<Column>& columns);

/// Returns the verdict of a cell in a word: that of the case, or "known issue", "unexpected pass",
/// or "-" for a case that did not run.
std::string WordOf(const results::CaseRun* cell);

/// Returns versions, counts and times of each column, the rows that differ, and the number of
/// others, in Markdown.
std::string ToMarkdown(const std::vector<Column>& columns);

/// Returns the known issues that cases declared, in Markdown: bug, reference, case, and which of
/// the stacks show it. Empty if there are none.
std::string KnownIssues(const std::vector<Column>& columns);

/// Returns an `ExitCode` as the summary of a run does (ci/results/summary.h), for all columns; a
/// column with an error has no verdict.
int ExitCodeOf(const std::vector<Column>& columns);

}  // namespace dualpath::matrix
