#pragma once

#include <string>
#include <vector>

#include "helpers/base/result.h"

namespace dualpath::results {

/// A run is a set of cases whose verdicts belong together: those of one ctest, or one `dualpath
/// exec` started by hand. The results directory and each case's directory in it have a file with
/// the run's id. Only the cases of the directory's own run count; what other runs left there does
/// not.
constexpr char kRunIdFile[] = "run-id";

/// Returns the id of the run to which a process belongs: "BOOT-PID-START", unique on this machine.
Result<std::string> RunIdOf(int pid);

/// Makes `directory`, which must be in `results`, the empty directory of a case of the run `id`,
/// and that run the one of `results`. A result of an earlier run that cannot be removed is an
/// `Error`.
Status BeginCase(const std::string& results, const std::string& directory, const std::string& id);

/// Marks the case's directory again, after something else has written to it.
Status MarkCase(const std::string& directory, const std::string& id);

/// Directories of cases in a results directory, sorted by name.
struct CaseDirectories {
  std::vector<std::string> of_run;     ///< of the results directory's run
  std::vector<std::string> of_others;  ///< left by other runs, or by hand
};

/// A directory with the name of a case but neither id nor report counts as of the run: a case that
/// was killed as it began.
CaseDirectories CaseDirectoriesIn(const std::string& results);

}  // namespace dualpath::results
