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

constexpr int kStopped = 124;  // timeout(1), which images/lab/payload/load uses

/// Returns for example "was killed by signal 11".
std::string HowItEnded(const EndedCase& ended) {
  if (ended.in_lab && ended.code == kStopped) {
    return fmt::format("was stopped after {} s of virtual time", lab::kVirtualLimit.count());
  }
  if (ended.code > 128) return fmt::format("was killed by signal {}", ended.code - 128);
  return fmt::format("exited with code {}", ended.code);
}

bool Any(const std::vector<TestResult>& tests, Verdict verdict) {
  return std::any_of(tests.begin(), tests.end(),
                     [&](const TestResult& test) { return test.verdict == verdict; });
}

/// Returns why a run fails in strict mode only.
std::string WhyNotStrict(const std::vector<TestResult>& tests) {
  for (const TestResult& test : tests) {
    if (test.verdict != Verdict::kSkipped) continue;
    return test.name + " was skipped, which fails in strict mode: " + test.message;
  }
  return "no test ran, which fails in strict mode";
}

Result<int> JudgeWithoutReport(const EndedCase& ended, const std::string& xml, std::ostream& err) {
  const std::string how = HowItEnded(ended) + " and left no report";
  err << "dualpath: " << ended.name << ": its process " << how << "; the logs are in "
      << ended.directory << "\n";
  if (ended.code == 0) {
    return Error::Because("read the verdict of", ended.name,
                          "exit code 0 but no gtest report; is it a GoogleTest program?");
  }
  DUALPATH_TRY_STATUS(WriteFailureXml(xml, ended.name, "the case's process " + how));
  return int{kCaseFailed};
}

}  // namespace

Result<int> Judge(const EndedCase& ended, std::ostream& err) {
  const std::string xml = ended.directory + "/gtest.xml";
  if (!std::filesystem::exists(xml)) return JudgeWithoutReport(ended, xml, err);
  DUALPATH_TRY(const std::vector<TestResult> tests, ReadTestResults(xml));
  // gtest writes no <error>: this is the report that was there before the program began.
  if (Any(tests, Verdict::kNoVerdict)) return JudgeWithoutReport(ended, xml, err);
  if (ended.is_one_test && !tests.empty() && tests.front().name != ended.name) {
    return Error::Because("read the verdict of", ended.name,
                          "the report is that of " + tests.front().name);
  }
  const bool any_failed = Any(tests, Verdict::kFailed);
  if (ended.code != 0 && !any_failed) {
    DUALPATH_TRY_STATUS(WriteFailureXml(
        xml, ended.name, "the case's process " + HowItEnded(ended) + " after its report"));
  }
  if (ended.code != 0 || any_failed) {
    err << "dualpath: " << ended.name << " failed; the logs of every layer are in "
        << ended.directory << "\n";
    return int{kCaseFailed};
  }
  if (tests.empty()) err << "dualpath: " << ended.name << ": no test matches the filter\n";
  for (const TestResult& test : tests) {
    if (test.verdict != Verdict::kSkipped) continue;
    err << "dualpath: " << test.name << " was skipped: " << test.message << "\n";
  }
  const bool passed = Any(tests, Verdict::kPassed);
  if (ended.strict && (!passed || Any(tests, Verdict::kSkipped))) {
    DUALPATH_TRY_STATUS(WriteFailureXml(xml, ended.name, WhyNotStrict(tests)));
    return int{kCaseFailed};
  }
  return passed ? int{kAllPassed} : int{kNothingRan};
}

}  // namespace dualpath::results
