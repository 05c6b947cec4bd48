#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ci/results/results.h"

namespace dualpath::results {

/// Returns "passed", "failed", "skipped" or "no verdict".
const char* Describe(Verdict verdict);

/// A failed assertion.
struct Failure {
  std::string file;  ///< file name relative to the repository's root; empty if unknown
  int line = 0;
  std::string text;

  /// Returns "cases/failover.cc:42", or "" without a file.
  std::string Location() const;
};

/// The same case in the previous run.
struct Before {
  Verdict verdict = Verdict::kPassed;
  std::optional<double> real_seconds;
  std::optional<double> virtual_seconds;
  std::string file{};  ///< source file of the case
  std::optional<double> longest_io_seconds{};
};

/// One case of a run, as read from its results directory.
struct CaseRun {
  struct File {
    std::string name;  ///< name within the case's directory; ends with a slash if it is a directory
    std::uint64_t bytes = 0;
  };

  std::string name;  ///< "Suite.Case"
  std::string
      description;  ///< of its comment or its rows of the catalogue (ci/cmake/describe-cases)
  Verdict verdict = Verdict::kPassed;
  std::vector<Failure> failures;  ///< failed assertions, or the reason for no verdict
  std::string reason;             ///< reason for the skip
  std::string known_issue;        ///< reference that the case declared (fixtures/case_tools.h)
  std::string known_bug;          ///< what goes wrong, as the case declared it
  std::string file;               ///< source file of the case; gtest 1.10 does not report it
  int line = 0;
  std::optional<double> real_seconds;     ///< none if one process ran several cases
  std::optional<double> virtual_seconds;  ///< time on the case's clock; on a host, real time
  /// Longest I/O of the guest, and longest time without one that completed, on the case's clock
  /// (fixtures/case_tools.h); none for a case without I/O.
  std::optional<double> longest_io_seconds;
  std::optional<double> longest_gap_seconds;
  std::string directory;       ///< name of the case's directory in the results
  std::string results_option;  ///< " --results DIR", unless that is the default
  std::vector<File> files;     ///< contents of that directory, sorted by name
  bool unlisted_skip = false;  ///< skipped for a reason that the run may not have (allowed_skips.h)
  std::optional<Before> before;

  bool Failed() const { return verdict == Verdict::kFailed; }
  bool Skipped() const { return verdict == Verdict::kSkipped; }
  bool Passed() const { return verdict == Verdict::kPassed; }
  bool HasNoVerdict() const { return verdict == Verdict::kNoVerdict; }
  bool FailedOrHasNoVerdict() const { return Failed() || HasNoVerdict(); }
  bool UnexpectedlyPassed() const { return Passed() && !known_issue.empty(); }
  bool Has(const std::string& file_name) const;

  /// Returns the name of the case's file, "path offline" for cases/path_offline.cc, or its suite if
  /// the file is unknown.
  std::string Family() const;

  /// Compares with the previous run: "newly failed", "fixed", "newly skipped", "no longer skipped",
  /// "lost its verdict" or "has a verdict again"; empty if the verdict is the same or there is no
  /// previous one.
  std::string Change() const;

  /// Returns the time divided by that of the previous run, if the case passed in both and the
  /// difference is significant: at least 25 % and one second.
  std::optional<double> RealRatio() const;
  std::optional<double> VirtualRatio() const;

  /// Does the same for the longest I/O, where half a second is significant.
  std::optional<double> LongestIoRatio() const;

  /// Returns the command line that runs only this case.
  std::string AloneCommand() const;

  /// Returns the command line that opens a shell where the case failed; empty if it did not fail.
  /// If there is no snapshot (they take 0.5 GB each), the command first reruns the case and saves
  /// one.
  std::string ShellCommand() const;
};

struct RunResults {
  std::string results;                     ///< results directory
  std::string previous;                    ///< results directory of the previous run; empty if none
  std::vector<CaseRun> cases;              ///< sorted by directory, then in the order of execution
  std::vector<std::string> stacks;         ///< what the cases ran on, in words, each once
  std::vector<std::string> not_run;        ///< cases of the previous run that are not in this one
  std::vector<std::string> of_other_runs;  ///< directories that do not count (run_id.h)
  double real_seconds = 0;                 ///< sum over all cases, including concurrent ones
  double virtual_seconds = 0;
  std::int64_t ended = 0;  ///< time of the last report, in seconds since 1970

  int Count(Verdict verdict) const;
  int UnlistedSkips() const;
  int KnownIssues() const;       ///< number of failed cases with a known issue
  int UnexpectedPasses() const;  ///< number of passed cases with a known issue
};

/// Returns the option of `dualpath shell` for results that are not in the default directory:
/// " --results DIR", or nothing.
std::string ResultsOption(const std::string& results);

/// Reads the cases of a results directory's run (run_id.h) and compares them with those of an
/// earlier run's directory (none if "" or missing). A case whose report is missing or cannot be
/// read has no verdict, with that as its message; an unreadable timing.json is ignored.
RunResults ReadRun(const std::string& results, const std::string& previous);

}  // namespace dualpath::results
