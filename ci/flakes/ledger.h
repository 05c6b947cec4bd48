#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "ci/results/results.h"
#include "ci/results/run.h"
#include "helpers/base/file_lock.h"
#include "helpers/base/result.h"

namespace dualpath::flakes {

/// Returns the verdict of a test's exit code (helpers/base/exit_code.h).
results::Verdict VerdictOf(int exit_code);

/// One run of one case.
struct CaseRun {
  std::string name;  ///< "Suite.Case"
  int round = 1;     ///< counted from 1; each round runs every case once
  results::Verdict verdict = results::Verdict::kNoVerdict;
  double seconds = 0;
};

bool operator==(const CaseRun& a, const CaseRun& b);
inline std::ostream& operator<<(std::ostream& out, const CaseRun& run) {
  return out << run.name << " in round " << run.round << " " << results::Describe(run.verdict);
}

/// What all runs of a ledger have in common, without which their figures could not be added up.
struct Setup {
  std::uint64_t seed = 0;
  int load = 0;
  int jobs = 1;
  std::string build;               ///< identifies the programs
  std::vector<std::string> cases;  ///< sorted
};

/// The runs so far, in a file that remains readable if the program is killed: a JSON object per
/// line, the setup first.
class Ledger {
 public:
  /// Creates a ledger, or continues the one at `path` if its setup is the same. If no seed is
  /// given, uses that of the existing ledger, or a random one. The error for another setup names
  /// what differs. It is also an `Error` if another program uses the ledger.
  static Result<Ledger> Open(const std::string& path, Setup setup, bool seed_is_given);

  const Setup& setup() const { return setup_; }
  const std::vector<CaseRun>& runs() const { return runs_; }
  bool Has(const std::string& name, int round) const;

  /// Appends a run.
  Status Add(const CaseRun& run);

 private:
  Ledger(std::string path, FileLock lock, Setup setup)
      : path_(std::move(path)), lock_(std::move(lock)), setup_(std::move(setup)) {}

  std::string path_;
  FileLock lock_;
  Setup setup_;
  std::vector<CaseRun> runs_;
};

}  // namespace dualpath::flakes
