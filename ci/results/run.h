#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ci/results/results.h"

namespace dualpath::results {

using results::TestVerdict;

/// "passed", "failed", "skipped".
const char* Describe(TestVerdict::Outcome outcome);

/// What an assertion said. The file is as seen from the repository's root; empty where the failure
/// has none, as if the lab failed.
struct Failure {
  std::string file;
  int line = 0;
  std::string text;

  /// "cases/failover.cc:42", or nothing.
  std::string Location() const;
};

/// The same case in the run before.
struct Before {
  TestVerdict::Outcome outcome = TestVerdict::Outcome::kPassed;
  std::optional<double> real_seconds;
  std::optional<double> virtual_seconds;
  std::string file{};  ///< where the case was
};

/// One case of a run, from its directory in the results.
struct CaseRun {
  struct File {
    std::string name;  ///< in the case's directory; a directory's ends with a slash
    std::uint64_t bytes = 0;
  };

  std::string name;  ///< "Suite.Case"
  TestVerdict::Outcome outcome = TestVerdict::Outcome::kPassed;
  std::vector<Failure> failures;
  std::string reason;       ///< of the skip
  std::string known_issue;  ///< the reference that the case has recorded (fixtures/case_tools.h)
  std::string file;         ///< where the case is; gtest 1.10 does not say
  int line = 0;
  std::optional<double> real_seconds;     ///< none where one process ran several cases
  std::optional<double> virtual_seconds;  ///< by the case's clock; the same as real on a host
  std::string directory;                  ///< its name in the results
  std::vector<File> files;                ///< what is in it, by name
  std::optional<Before> before;

  bool Failed() const { return outcome == TestVerdict::Outcome::kFailed; }
  bool Skipped() const { return outcome == TestVerdict::Outcome::kSkipped; }
  bool Passed() const { return outcome == TestVerdict::Outcome::kPassed; }
  bool UnexpectedlyPassed() const { return Passed() && !known_issue.empty(); }
  bool Has(const std::string& file_name) const;

  /// The family is a file of cases: "path offline" for cases/path_offline.cc; else the suite.
  std::string Family() const;

  /// What the verdict was not in the run before: "newly failed", "fixed", "newly skipped", "no
  /// longer skipped"; empty if it is the same or there was none.
  std::string Change() const;

  /// How many times as long as before, if that is worth a word: both passed, and the difference is
  /// a quarter and a second at least.
  std::optional<double> RealRatio() const;
  std::optional<double> VirtualRatio() const;

  /// The command line that runs this case and no other.
  std::string AloneCommand() const;

  /// The one that opens a shell in the state of its failure; if none was kept, which takes 0.5 GB,
  /// fails once more and keeps it first.
  std::string ShellCommand() const;
};

struct RunResults {
  std::string results;               ///< the directory
  std::string previous;              ///< that of the run before; empty: none
  std::vector<CaseRun> cases;        ///< by directory, then as the program ran them
  std::vector<std::string> not_run;  ///< what the run before had and this one has not
  double real_seconds = 0;           ///< of all cases, also of those that ran at the same time
  double virtual_seconds = 0;
  std::int64_t ended = 0;  ///< when the last report was written, in seconds since 1970

  int Count(TestVerdict::Outcome outcome) const;
  int KnownIssues() const;       ///< failed, as is known
  int UnexpectedPasses() const;  ///< passed, although known to fail
};

/// What is in a results directory, compared with that of an earlier run ("" or one that does not
/// exist: with none). A case without a report, or with one that cannot be read, has failed and says
/// why; a timing.json that cannot be read is none.
RunResults ReadRun(const std::string& results, const std::string& previous);

}  // namespace dualpath::results
