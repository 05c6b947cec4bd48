#include "helpers/matchers/fio_matchers.h"

#include <cerrno>
#include <string>

namespace dualpath {
namespace {

using guest::FioJob;
using guest::FioReport;

std::string WhyNotSuccessful(const FioReport& report) {
  if (report.jobs.empty()) return "which has no job";
  for (const FioJob& job : report.jobs) {
    if (job.error == EILSEQ) return "whose job " + job.name + " did not read what was written";
    if (job.error != 0) return "whose job " + job.name + " failed";
    if (job.read.ios + job.write.ios == 0) return "whose job " + job.name + " did no I/O";
  }
  return report.exit.ok() ? "" : "which ended with " + report.exit.ToString();
}

class Succeeded : public ::testing::MatcherInterface<const FioReport&> {
 public:
  bool MatchAndExplain(const FioReport& report,
                       ::testing::MatchResultListener* listener) const override {
    const std::string why_not = WhyNotSuccessful(report);
    *listener << why_not;
    return why_not.empty();
  }
  void DescribeTo(std::ostream* out) const override {
    *out << "every job did I/O, without an error";
  }
  void DescribeNegationTo(std::ostream* out) const override {
    *out << "a job failed, or did no I/O";
  }
};

}  // namespace

::testing::Matcher<const FioReport&> FioSucceeded() {
  return ::testing::MakeMatcher(new Succeeded);
}

}  // namespace dualpath
