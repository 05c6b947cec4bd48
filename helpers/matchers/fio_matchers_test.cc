#include "helpers/matchers/fio_matchers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "helpers/matchers/explanation.h"

namespace dualpath {
namespace {

guest::FioReport ReportOf(std::uint64_t writes, int error, int exit_code = 0) {
  guest::FioReport report;
  guest::FioJob job;
  job.name = "soak";
  job.error = error;
  job.write.ios = writes;
  report.jobs = {job};
  report.exit.code = exit_code;
  return report;
}

TEST(FioSucceeded, NeedsIoWithoutAnError) { EXPECT_THAT(ReportOf(3, 0), FioSucceeded()); }

TEST(FioSucceeded, NamesTheJobThatFailed) {
  EXPECT_EQ(WhyNot(FioSucceeded(), ReportOf(3, EILSEQ, 1)),
            "whose job soak read back different data");
  EXPECT_EQ(WhyNot(FioSucceeded(), ReportOf(3, EIO, 1)), "whose job soak failed");
  EXPECT_EQ(WhyNot(FioSucceeded(), ReportOf(0, 0)), "whose job soak did no I/O");
  EXPECT_EQ(WhyNot(FioSucceeded(), ReportOf(3, 0, 1)), "which ended with exit status 1");
  EXPECT_EQ(WhyNot(FioSucceeded(), guest::FioReport()), "which has no job");
}

}  // namespace
}  // namespace dualpath
