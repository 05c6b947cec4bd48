#include "helpers/matchers/fio_matchers.h"

#include <cerrno>
#include <optional>
#include <string>

#include "helpers/matchers/described.h"

namespace dualpath {
namespace {

using guest::FioJob;
using guest::FioReport;

std::optional<std::string> WhyNotSuccessful(const FioReport& report) {
  if (report.jobs.empty()) return "which has no job";
  for (const FioJob& job : report.jobs) {
    if (job.error == EILSEQ) return "whose job " + job.name + " read back different data";
    if (job.error != 0) return "whose job " + job.name + " failed";
    if (job.read.ios + job.write.ios == 0) return "whose job " + job.name + " did no I/O";
  }
  if (report.exit.ok()) return std::nullopt;
  return "which ended with " + report.exit.ToString();
}

}  // namespace

::testing::Matcher<const FioReport&> FioSucceeded() {
  return Described<FioReport>("every job did I/O, without an error", "a job failed, or did no I/O",
                              WhyNotSuccessful);
}

}  // namespace dualpath
