#include "ci/dualpath/case_line.h"

#include <gmock/gmock.h>

#include <cstdlib>

namespace dualpath::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kReport[] = " --gtest_output=xml:/run/dualpath/results/gtest.xml";

ExecOptions Options() {
  ExecOptions options;
  options.command = {"/build/bin/dualpath_cases", "--gtest_filter=A.B", "it's"};
  return options;
}

TEST(CaseLine, HasTheArgumentsQuotedForAShell) {
  EXPECT_THAT(CaseLine(Options(), false),
              ::testing::EndsWith(" '--gtest_filter=A.B' 'it'\\''s'" + std::string(kReport)));
}

TEST(CaseLine, HasTheEnvironmentFirst) {
  ExecOptions options = Options();
  options.strict = true;
  options.fio_job = "/home/me/job.fio";
  ::setenv("GTEST_SHUFFLE", "1", 1);
  ::setenv("GTEST_OUTPUT", "xml:/elsewhere", 1);
  ::setenv("GTEST_TOTAL_SHARDS", "2", 1);
  ::setenv("DUALPATH_CACHE", "/elsewhere", 1);
  const std::string line = CaseLine(options, true);
  ::unsetenv("GTEST_SHUFFLE");
  ::unsetenv("GTEST_OUTPUT");
  ::unsetenv("GTEST_TOTAL_SHARDS");
  ::unsetenv("DUALPATH_CACHE");
  EXPECT_THAT(line, HasSubstr(" 'GTEST_SHUFFLE=1'"));
  EXPECT_THAT(line, Not(HasSubstr("elsewhere")));
  EXPECT_THAT(line, Not(HasSubstr("SHARDS")));
  EXPECT_THAT(line, HasSubstr(" 'DUALPATH_STRICT=1' 'DUALPATH_RIG=request' "
                              "'DUALPATH_FIO_JOB=/payload/data/job.fio' '--gtest_filter=A.B'"));
}

TEST(CaseLine, SaysWhereToStop) {
  ExecOptions options = Options();
  options.stop_before = 3;
  EXPECT_THAT(CaseLine(options, false), HasSubstr(" 'DUALPATH_STOP_BEFORE=3' "));
}

TEST(CaseLine, AsksForNoRigOnTheSecondAttempt) {
  EXPECT_THAT(CaseLine(Options(), false), Not(HasSubstr("DUALPATH_RIG")));
}

}  // namespace
}  // namespace dualpath::cli
