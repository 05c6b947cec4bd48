#include "helpers/matchers/conformance_matchers.h"

#include <algorithm>
#include <boost/algorithm/string/join.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "helpers/matchers/described.h"

namespace dualpath {
namespace {

using scsi::ConformanceReport;
using scsi::ConformanceTest;
using scsi::ConformanceVerdict;

bool FailedWith(const std::string& error, const ConformanceTest& test) {
  return test.verdict == ConformanceVerdict::kFailed &&
         std::any_of(test.messages.begin(), test.messages.end(), [&](const std::string& message) {
           return message.find(error) != std::string::npos;
         });
}

std::optional<std::string> WhyNotAsExpected(const ConformanceReport& report,
                                            ConformanceVerdicts expected,
                                            const std::optional<std::string>& error) {
  std::vector<std::string> differences;
  for (const ConformanceTest& test : report.tests) {
    const auto listed = expected.extract(test.name);
    const ConformanceVerdict wanted = listed ? listed.mapped() : ConformanceVerdict::kPassed;
    if (test.verdict == wanted || (error && FailedWith(*error, test))) continue;
    differences.push_back(test.name + " " + ToString(test.verdict) + " instead of " +
                          ToString(wanted) + " (" + boost::join(test.messages, "; ") + ")");
  }
  for (const auto& missing : expected) differences.push_back(missing.first + " did not run");
  if (differences.empty()) return std::nullopt;
  return "in which " + boost::join(differences, "\n");
}

}  // namespace

::testing::Matcher<const ConformanceReport&> HasVerdicts(ConformanceVerdicts expected) {
  return Described<ConformanceReport>(
      "the listed tests are skipped or failed as listed, all others passed",
      "a test has another verdict than listed", [expected](const ConformanceReport& report) {
        return WhyNotAsExpected(report, expected, std::nullopt);
      });
}

::testing::Matcher<const ConformanceReport&> HasVerdictsUnless(const std::string& error,
                                                               ConformanceVerdicts expected) {
  return Described<ConformanceReport>(
      "the listed tests are skipped or failed as listed, all others passed, except for those that "
      "failed with " +
          error,
      "a test that did not fail with " + error + " has another verdict than listed",
      [expected, error](const ConformanceReport& report) {
        return WhyNotAsExpected(report, expected, error);
      });
}

}  // namespace dualpath
