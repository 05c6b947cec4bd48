#include "ci/results/judge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "ci/results/results.h"
#include "helpers/base/exit_code.h"
#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::results {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr char kPassed[] =
    R"(<testcase name="Passes" status="run" result="completed" classname="Failover"/>)";
constexpr char kFailed[] =
    R"(<testcase name="Fails" status="run" result="completed" classname="Failover">)"
    R"(<failure message="it is lost" type=""/></testcase>)";
constexpr char kSkipped[] =
    R"(<testcase name="Skips" status="run" result="skipped" classname="Failover">)"
    R"(<skipped message="no map"/></testcase>)";

class JudgeTest : public ::testing::Test {
 protected:
  std::string Xml() const { return directory_.path() + "/gtest.xml"; }

  Result<int> JudgeReport(int code, const std::string& tests, bool strict = false) {
    EXPECT_TRUE(WriteFileAtomically(Xml(), "<testsuites><testsuite name=\"Failover\">" + tests +
                                               "</testsuite></testsuites>")
                    .ok());
    return JudgeEnd(code, strict);
  }

  Result<int> JudgeEnd(int code, bool strict = false) {
    err_.str("");
    return Judge({"Failover.Deleted", directory_.path(), code, in_lab_, strict}, err_);
  }

  /// Returns the failures in the report, which everything else reads.
  std::vector<std::string> Failures() const {
    std::vector<std::string> failures;
    const auto verdicts = ReadTestResults(Xml());
    for (const TestResult& verdict : *verdicts) {
      for (const std::string& failure : verdict.failures) failures.push_back(failure);
    }
    return failures;
  }

  bool in_lab_ = true;
  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
  std::ostringstream err_;
};

TEST_F(JudgeTest, APassedCasePasses) {
  EXPECT_EQ(*JudgeReport(0, kPassed), kAllPassed);
  EXPECT_THAT(err_.str(), IsEmpty());
}

TEST_F(JudgeTest, AFailureInTheReportCountsRegardlessOfTheExitCode) {
  for (const int code : {0, 1, 139}) {
    EXPECT_EQ(*JudgeReport(code, std::string(kPassed) + kFailed), kCaseFailed) << code;
    EXPECT_THAT(err_.str(), HasSubstr("Failover.Deleted failed; the logs of every layer are in"));
    EXPECT_THAT(Failures(), ElementsAre("it is lost"));
  }
}

TEST_F(JudgeTest, AProcessThatDiesAfterWritingItsReportFails) {
  EXPECT_EQ(*JudgeReport(134, kPassed), kCaseFailed);
  EXPECT_THAT(Failures(),
              ElementsAre("the case's process was killed by signal 6 after its report"));
}

TEST_F(JudgeTest, AProcessWithoutAReportFails) {
  EXPECT_EQ(*JudgeEnd(139), kCaseFailed);
  EXPECT_THAT(Failures(),
              ElementsAre("the case's process was killed by signal 11 and left no report"));
  std::filesystem::remove(Xml());
  EXPECT_EQ(*JudgeEnd(124), kCaseFailed);
  EXPECT_THAT(Failures(), ElementsAre(HasSubstr("was stopped after")));
}

TEST_F(JudgeTest, OnlyTheLabHasALimitOfVirtualTime) {
  in_lab_ = false;
  EXPECT_EQ(*JudgeEnd(124), kCaseFailed);
  EXPECT_THAT(Failures(),
              ElementsAre("the case's process exited with code 124 and left no report"));
}

TEST_F(JudgeTest, TheReportFromBeforeTheProgramIsNone) {
  ASSERT_TRUE(WriteNoVerdictXml(Xml(), "Failover.Deleted", kNoVerdictYet).ok());
  EXPECT_FALSE(JudgeEnd(0).ok());
  EXPECT_EQ(*JudgeEnd(139), kCaseFailed);
  EXPECT_THAT(Failures(),
              ElementsAre("the case's process was killed by signal 11 and left no report"));
}

// For ctest, 77 means skipped.
TEST_F(JudgeTest, ExitCode77IsAFailure) {
  EXPECT_EQ(*JudgeReport(77, kPassed), kCaseFailed);
  EXPECT_EQ(*JudgeReport(77, kSkipped), kCaseFailed);
}

TEST_F(JudgeTest, ExitCode0WithoutAReportIsNoVerdict) {
  const auto judged = JudgeEnd(0);
  ASSERT_FALSE(judged.ok());
  EXPECT_THAT(judged.error().ToString(), HasSubstr("is it a GoogleTest program?"));
}

TEST_F(JudgeTest, ATruncatedReportIsNoVerdict) {
  ASSERT_TRUE(WriteFileAtomically(Xml(), "<testsuites><testsuite name=").ok());
  EXPECT_FALSE(JudgeEnd(0).ok());
}

TEST_F(JudgeTest, NothingRanIfAllWereSkipped) {
  EXPECT_EQ(*JudgeReport(0, kSkipped), kNothingRan);
  EXPECT_THAT(err_.str(), HasSubstr("Failover.Skips was skipped: no map"));
  EXPECT_EQ(*JudgeReport(0, std::string(kPassed) + kSkipped), kAllPassed);
  EXPECT_THAT(err_.str(), AllOf(HasSubstr("Failover.Skips"), Not(HasSubstr("Failover.Passes"))));
}

TEST_F(JudgeTest, AReportOfAnotherTestIsNoVerdict) {
  ASSERT_EQ(*JudgeReport(0, kPassed), kAllPassed);
  const auto judged = Judge({"Failover.Deleted", directory_.path(), 0, true, false, true}, err_);
  ASSERT_FALSE(judged.ok());
  EXPECT_THAT(judged.error().ToString(), HasSubstr("the report is that of Failover.Passes"));
  EXPECT_EQ(*Judge({"Failover.Passes", directory_.path(), 0, true, false, true}, err_), kAllPassed);
}

TEST_F(JudgeTest, NothingRanIfNoTestMatched) {
  EXPECT_EQ(*JudgeReport(0, ""), kNothingRan);
  EXPECT_THAT(err_.str(), HasSubstr("no test matches"));
}

TEST_F(JudgeTest, ASkipFailsInStrictMode) {
  EXPECT_EQ(*JudgeReport(0, kSkipped, true), kCaseFailed);
  EXPECT_THAT(Failures(), ElementsAre(AllOf(HasSubstr("strict mode"), HasSubstr("no map"))));
  EXPECT_EQ(*JudgeReport(0, std::string(kPassed) + kSkipped, true), kCaseFailed);
  EXPECT_EQ(*JudgeReport(0, "", true), kCaseFailed);
  EXPECT_EQ(*JudgeReport(0, kPassed, true), kAllPassed);
}

}  // namespace
}  // namespace dualpath::results
