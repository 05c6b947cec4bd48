#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "ci/results/github.h"

namespace dualpath::matrix {

struct MatrixOptions {
  std::vector<std::string> stacks;     ///< empty: all
  std::vector<std::string> selection;  ///< options of ctest; empty: the cases that run by default
  int jobs = 1;                        ///< cases at a time
  std::string build = "build";
  std::string results = "build/matrix";
  bool restart = false;             ///< whether to discard the runs so far
  std::vector<std::string> shards;  ///< matrices of other jobs to merge instead of running cases
};

/// `dualpath matrix`: runs the cases on each stack, and goes on where an earlier call with the same
/// options was interrupted. A stack whose lab cannot be prepared does not hold up the others.
/// Prints the table, and writes index.html, matrix.md, known-issues.md and junit.xml to the
/// results; on GitHub the table is the job's summary. Returns an `ExitCode` (table.h).
int Matrix(const MatrixOptions& options, const results::Github& github, std::ostream& out,
           std::ostream& err);

}  // namespace dualpath::matrix
