#include "ci/results/judge.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "ci/results/results.h"
#include "helpers/base/exit_code.h"
#include "helpers/lab/protocol.h"

namespace dualpath::results {
namespace {

using Outcome = TestVerdict::Outcome;

/// "was killed by signal 11".
std::string HowItEnded(int code) {
  if (code == 124)
    return fmt::format("was stopped after {} s of virtual time", lab::kVirtualLimit.count());
  if (code > 128) return fmt::format("was killed by signal {}", code - 128);
  return fmt::format("ended with exit code {}", code);
}

bool Any(const std::vector<TestVerdict>& verdicts, Outcome outcome) {
  return std::any_of(verdicts.begin(), verdicts.end(),
                     [&](const TestVerdict& verdict) { return verdict.outcome == outcome; });
}

Result<int> JudgeWithoutReport(const EndedCase& ended, const std::string& xml, std::ostream& err) {
  const std::string how = HowItEnded(ended.code) + " and left no report";
  err << "dualpath: " << ended.name << ": its process " << how << "; the logs are in "
      << ended.directory << "\n";
  if (ended.code == 0) {
    return Error::Because("judge", ended.name,
                          "exit code 0 and no gtest report: not a GoogleTest program?");
  }
  DUALPATH_TRY_STATUS(WriteFailureXml(xml, ended.name, "the case's process " + how));
  return int{kCaseFailed};
}

}  // namespace

Result<int> Judge(const EndedCase& ended, std::ostream& err) {
  const std::string xml = ended.directory + "/gtest.xml";
  if (!std::filesystem::exists(xml)) return JudgeWithoutReport(ended, xml, err);
  DUALPATH_TRY(const std::vector<TestVerdict> verdicts, ReadVerdicts(xml));
  const bool any_failed = Any(verdicts, Outcome::kFailed);
  if (ended.code != 0 && !any_failed) {
    DUALPATH_TRY_STATUS(WriteFailureXml(
        xml, ended.name, "the case's process " + HowItEnded(ended.code) + " after its report"));
  }
  if (ended.code != 0 || any_failed) {
    err << "dualpath: " << ended.name << " failed; the logs of every layer are in "
        << ended.directory << "\n";
    return int{kCaseFailed};
  }
  if (verdicts.empty()) err << "dualpath: " << ended.name << ": no test matches\n";
  for (const TestVerdict& verdict : verdicts) {
    if (verdict.outcome != Outcome::kSkipped) continue;
    err << "dualpath: " << verdict.name << " was skipped: " << verdict.message << "\n";
  }
  const bool passed = Any(verdicts, Outcome::kPassed);
  if (ended.strict && (!passed || Any(verdicts, Outcome::kSkipped))) return int{kCaseFailed};
  return passed ? int{kAllPassed} : int{kNothingRan};
}

}  // namespace dualpath::results
