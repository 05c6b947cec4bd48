#include "helpers/scsi/conformance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/algorithm/string/replace.hpp>
#include <sstream>

namespace dualpath::scsi {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Output of iscsi-test-cu 1.19 with tgtd 1.0.85, shortened.
constexpr char kOutput[] = R"(

     CUnit - A unit testing framework for C - Version 2.1-3
     http://cunit.sourceforge.net/


Suite: CompareAndWrite
  Test: Simple ...    [SKIPPED] COMPAREANDWRITE is not implemented.
    [SKIPPED] COMPAREANDWRITE is not implemented.
passed
Suite: ProutRegister
  Test: Simple ...passed
Suite: ProutReserve
  Test: OwnershipEA ...    [FAILED] PRIN command: failed with sense: SENSE KEY:UNIT_ATTENTION(6) ASCQ:(null)(0x2a04)
FAILED
    1. test_prout_reserve_ownership.c:84  - CU_ASSERT_EQUAL(0,ret)
    2. test_prout_reserve_ownership.c:84  - CU_ASSERT_EQUAL(0,ret)
    3. test_prout_reserve_ownership.c:90  - CU_ASSERT_EQUAL(0,ret)

Run Summary:    Type  Total    Ran Passed Failed Inactive
              suites      3      3    n/a      0        0
               tests      3      3      2      1        0
             asserts   4327   4327   4323      4      n/a

Elapsed time =    0.598 seconds
Tests completed with return value: 0
)";

std::string Changed(const std::string& from, const std::string& to) {
  return boost::replace_first_copy(std::string(kOutput), from, to);
}

std::string WhyNotParsed(const std::string& output, const std::vector<std::string>& list = {}) {
  const auto report = ParseConformance(output, list);
  return report.ok() ? "it was parsed" : report.error().ToString();
}

TEST(Conformance, HasVerdictAndMessagesOfEachTest) {
  const auto report =
      ParseConformance(kOutput, {"CompareAndWrite.Simple", "ProutReserve.OwnershipEA"});
  ASSERT_TRUE(report.ok()) << report.error().ToString();
  ASSERT_EQ(report->tests.size(), 3U);
  EXPECT_EQ(report->tests[0].name, "CompareAndWrite.Simple");
  EXPECT_EQ(report->tests[0].verdict, ConformanceVerdict::kSkipped);
  EXPECT_THAT(report->tests[0].messages,
              ElementsAre("[SKIPPED] COMPAREANDWRITE is not implemented."));
  EXPECT_EQ(report->tests[1].name, "ProutRegister.Simple");
  EXPECT_EQ(report->tests[1].verdict, ConformanceVerdict::kPassed);
  EXPECT_THAT(report->tests[1].messages, IsEmpty());
  EXPECT_EQ(report->tests[2].name, "ProutReserve.OwnershipEA");
  EXPECT_EQ(report->tests[2].verdict, ConformanceVerdict::kFailed);
  EXPECT_THAT(report->tests[2].messages,
              ElementsAre(HasSubstr("[FAILED] PRIN command: failed with sense"),
                          "test_prout_reserve_ownership.c:84  - CU_ASSERT_EQUAL(0,ret)",
                          "test_prout_reserve_ownership.c:90  - CU_ASSERT_EQUAL(0,ret)"));
}

TEST(Conformance, IsPrintedAsSumsAndAsATable) {
  const auto report = ParseConformance(kOutput, {});
  ASSERT_TRUE(report.ok()) << report.error().ToString();
  std::ostringstream sums;
  sums << *report;
  EXPECT_EQ(sums.str(), "3 tests: 1 passed, 1 skipped, 1 failed");
  EXPECT_THAT(ToTsv(*report),
              HasSubstr("CompareAndWrite.Simple\tskipped\t[SKIPPED] COMPAREANDWRITE is not "
                        "implemented.\nProutRegister.Simple\tpassed\t\n"));
}

TEST(Conformance, OmitsTheTimesOfMessages) {
  const auto report = ParseConformance(
      Changed("    [SKIPPED] C", "    2026-11-29 17:58:20.123456     [SKIPPED] C"), {});
  ASSERT_TRUE(report.ok()) << report.error().ToString();
  EXPECT_THAT(report->tests[0].messages,
              ElementsAre("[SKIPPED] COMPAREANDWRITE is not implemented."));
}

TEST(Conformance, AProgramThatEndedEarlyHasNoReport) {
  EXPECT_THAT(WhyNotParsed(""), HasSubstr("no summary"));
  const std::string output = kOutput;
  EXPECT_THAT(WhyNotParsed(output.substr(0, output.find("Run Summary"))), HasSubstr("no summary"));
  EXPECT_THAT(WhyNotParsed(output.substr(0, output.find("FAILED\n"))),
              HasSubstr("ProutReserve.OwnershipEA: this test has no verdict"));
  EXPECT_THAT(WhyNotParsed(Changed("passed\nSuite: ProutRegister", "\nSuite: ProutRegister")),
              HasSubstr("CompareAndWrite.Simple: this test has no verdict"));
}

TEST(Conformance, EveryListedTestMustHaveRun) {
  EXPECT_THAT(WhyNotParsed(kOutput, {"ProutRegister.Simple", "Read10.Simple"}),
              HasSubstr("Read10.Simple: this test did not run"));
}

TEST(Conformance, SumsMustBeThoseOfCUnit) {
  EXPECT_THAT(WhyNotParsed(Changed("      3      3      2      1", "      4      3      2      1")),
              HasSubstr("3 tests: 1 passed, 1 skipped, 1 failed, but CUnit counted 4 tests, of "
                        "which 3 ran and 1 failed"));
  EXPECT_THAT(WhyNotParsed(Changed("      3      3      2      1", "      3      3      3      0")),
              HasSubstr("3 ran and 0 failed"));
}

TEST(Conformance, ListsTheTestsOfOneFamily) {
  EXPECT_THAT(ParseConformanceList("ALL\nALL.Read10\nALL.Read10.Simple\nALL.Read10.DpoFua\nSCSI\n"
                                   "SCSI.ReportLUNs\nSCSI.ReportLUNs.Simple\n"),
              ElementsAre("Read10.Simple", "Read10.DpoFua"));
  EXPECT_THAT(ParseConformanceList(""), IsEmpty());
}

TEST(Conformance, TakesAllPathsToAUnit) {
  EXPECT_THAT(ConformanceArguments({"Read6.Simple", "Verify10.Dpo"}, {"/dev/sda", "/dev/sdb"}),
              ElementsAre("--dataloss", "--test=ALL.Read6.Simple,ALL.Verify10.Dpo", "/dev/sda",
                          "/dev/sdb"));
}

}  // namespace
}  // namespace dualpath::scsi
