#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ci/results/run.h"
#include "helpers/base/result.h"

namespace dualpath::matrix {

/// The cases on one stack. Its results are in the directory `name` of the matrix.
struct Column {
  std::string name;
  /// The packages that matter, and their versions: kernel, multipath-tools, QEMU, libvirt.
  std::vector<std::pair<std::string, std::string>> versions;
  std::string error;  ///< why cases are missing, as when the image could not be built
  results::RunResults run;
};

/// Writes the versions and the error to the column's directory in `directory`, the matrix's.
Status WriteColumn(const std::string& directory, const Column& column);

/// Reads all columns of the matrix in `directory`: those of `names` in its order, then the others,
/// the oldest kernel first. An `Error` if there is none.
Result<std::vector<Column>> ReadColumns(const std::string& directory,
                                        const std::vector<std::string>& names);

/// Merges the columns of `shards`, matrices of other jobs, into the new directory `directory`. A
/// column may be in several of them, with different cases (ci/results/shards.h).
Status MergeMatrices(const std::vector<std::string>& shards, const std::string& directory);

}  // namespace dualpath::matrix
