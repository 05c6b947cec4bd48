#include "helpers/matchers/conformance_matchers.h"

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

std::optional<std::string> WhyNotAsExpected(const ConformanceReport& report,
                                            ConformanceVerdicts expected) {
  std::vector<std::string> differences;
  for (const ConformanceTest& test : report.tests) {
    const auto listed = expected.extract(test.name);
    const ConformanceVerdict wanted = listed ? listed.mapped() : ConformanceVerdict::kPassed;
    if (test.verdict == wanted) continue;
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
      "a test has another verdict than listed",
      [expected = std::move(expected)](const ConformanceReport& report) {
        return WhyNotAsExpected(report, expected);
      });
}

}  // namespace dualpath
