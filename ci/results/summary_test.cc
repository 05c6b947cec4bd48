#include "ci/results/summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "ci/results/fake_results.h"
#include "helpers/base/exit_code.h"
#include "helpers/process/own_programs.h"
#include "helpers/process/shell_words.h"

namespace dualpath::results {
namespace {

namespace fs = std::filesystem;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class SummaryTest : public ::testing::Test {
 protected:
  int Print(const Github& github = {}) {
    out_.str("");
    return Summarize({results_.path(), "", allowed_skips_}, github, out_);
  }

  FakeResults results_;
  std::string allowed_skips_;
  std::ostringstream out_;
};

TEST_F(SummaryTest, PrintsALineForEachCaseAndTheSums) {
  results_.WriteCase("A.Passes");
  results_.WriteCase("A.Skips", FakeResults::kSkipped, 1, 2);
  EXPECT_EQ(Print(), kAllPassed);
  EXPECT_EQ(out_.str(),
            "passed        5.0 s real    50.0 s virtual  A.Passes\n"
            "skipped       1.0 s real     2.0 s virtual  A.Skips\n"
            "        no fio; install it\n"
            "cases: 1 passed, 0 failed, 0 no verdict, 1 skipped; 6 s real, 52 s virtual\n"
            "results: " +
                results_.path() + " (merged JUnit: junit.xml, TAP: results.tap)\npage: " +
                results_.path() + "/index.html\n");
  EXPECT_THAT(*ReadFile(results_.path() + "/index.html"), HasSubstr("A.Passes"));
  EXPECT_THAT(*ReadFile(results_.path() + "/results.tap"), HasSubstr("ok 1 - A.Passes"));
}

TEST_F(SummaryTest, MergesShards) {
  const FakeResults shard;
  shard.WriteCase("A.Passes");
  SummaryOptions options{results_.path(), "", "", {shard.path()}};
  EXPECT_EQ(Summarize(options, {}, out_), kAllPassed);
  EXPECT_THAT(out_.str(), HasSubstr("cases: 1 passed"));
  EXPECT_EQ(Summarize(options, {}, out_), kUsage) << "the results exist by now";
}

TEST_F(SummaryTest, EndsWithTheNextStepsForEachFailure) {
  FakeResults::WriteCaseIn(results_.previous(), "A.Fails");
  results_.WriteCase("A.Fails", FakeResults::kFailed);
  results_.WriteCase("A.Passes");
  EXPECT_EQ(Print(), kCaseFailed);
  EXPECT_THAT(out_.str(), HasSubstr("virtual  A.Fails\n"
                                    "        cases/path_offline.cc:20\n"
                                    "        Value of: a\n"
                                    "          Actual: <b>\n"
                                    "        an exception\n"
                                    "passed "));
  EXPECT_THAT(out_.str(),
              HasSubstr("compared with " + results_.previous() +
                        ": 1 newly failed, 0 fixed, 0 slower, 0 faster, 0 not rerun\n"));
  const std::string directory = results_.path() + "/A.Fails";
  EXPECT_THAT(out_.str(),
              EndsWith("\nA.Fails newly failed\n"
                       "  page   " +
                       results_.path() + "/index.html\n  logs   " + directory +
                       "\n  alone  ./ci/cases -- -R '^A\\.Fails$'\n"
                       "  shell  DUALPATH_KEEP_SNAPSHOT=1 ./ci/cases -- -R '^A\\.Fails$'; " +
                       process::DualpathCommand() + " shell --at A.Fails\n"));
  // With a timeline and a snapshot, the steps use them.
  FakeResults::Write(directory + "/timeline.html", "");
  FakeResults::Write(directory + "/snapshot", "");
  Print();
  EXPECT_THAT(out_.str(),
              EndsWith("\n  page   " + directory + "/timeline.html\n  logs   " + directory +
                       "\n  alone  ./ci/cases -- -R '^A\\.Fails$'\n"
                       "  shell  " +
                       process::DualpathCommand() + " shell --at A.Fails --results " +
                       process::QuotedForShell(results_.path()) + "\n"));
}

TEST_F(SummaryTest, NoVerdictHasItsOwnExitCode) {
  results_.WriteCase("A.Lost", "<error message=\"the lab panicked\"/>");
  results_.WriteCase("A.Passes");
  EXPECT_EQ(Print(), kInfrastructure);
  EXPECT_THAT(out_.str(), StartsWith("no verdict    5.0 s real    50.0 s virtual  A.Lost\n"
                                     "        the lab panicked\n"));
  EXPECT_THAT(out_.str(), HasSubstr("cases: 1 passed, 0 failed, 1 no verdict, 0 skipped;"));
  EXPECT_THAT(out_.str(), EndsWith("\nA.Lost has no verdict\n  page   " + results_.path() +
                                   "/index.html\n  logs   " + results_.path() +
                                   "/A.Lost\n  alone  ./ci/cases -- -R '^A\\.Lost$'\n"));
  results_.WriteCase("A.Fails", FakeResults::kFailed);
  EXPECT_EQ(Print(), kCaseFailed) << "a failure outweighs it";
}

TEST_F(SummaryTest, ARunWithoutAPassRanNothing) {
  results_.WriteCase("A.Skips", FakeResults::kSkipped);
  EXPECT_EQ(Print(), kNothingRan);
}

TEST_F(SummaryTest, ASkipThatIsNotAllowedFails) {
  results_.WriteCase("A.Passes");
  results_.WriteCase("A.Skips", FakeResults::kSkipped);
  allowed_skips_ = results_.path() + ".allowed";
  FakeResults::Write(allowed_skips_, "A.*: no fio\n");
  EXPECT_EQ(Print(), kAllPassed);
  FakeResults::Write(allowed_skips_, "A.*: no root\n");
  Github github;
  github.is_on = true;
  EXPECT_EQ(Print(github), kCaseFailed);
  EXPECT_THAT(out_.str(), HasSubstr("        this skip is not allowed\n"));
  EXPECT_THAT(out_.str(), HasSubstr("title=A.Skips::this skip is not allowed: no fio"));
  EXPECT_THAT(out_.str(), HasSubstr(": 1 of 1 are not allowed\n"));
}

TEST_F(SummaryTest, AListOfSkipsThatCannotBeReadFails) {
  results_.WriteCase("A.Passes");
  allowed_skips_ = results_.path() + "/none";
  EXPECT_EQ(Print(), kCaseFailed);
}

TEST_F(SummaryTest, ResultsOfOtherRunsAreNotCounted) {
  results_.WriteCase("A.Passes");
  results_.WriteCase("A.Old", FakeResults::kFailed);
  FakeResults::Write(results_.path() + "/A.Old/run-id", "another\n");
  EXPECT_EQ(Print(), kAllPassed);
  EXPECT_THAT(out_.str(), HasSubstr("cases: 1 passed, 0 failed,"));
  EXPECT_THAT(out_.str(), HasSubstr("not counted: 1 results of other runs, such as " +
                                    results_.path() + "/A.Old\n"));
}

TEST_F(SummaryTest, LimitsNextStepsToTheFirstFailures) {
  for (int i = 0; i < 8; ++i) results_.WriteCase("A.F" + std::to_string(i), FakeResults::kFailed);
  EXPECT_EQ(Print(), kCaseFailed);
  EXPECT_THAT(out_.str(), HasSubstr("\nA.F4 failed\n"));
  EXPECT_THAT(out_.str(), Not(HasSubstr("\nA.F5 failed\n")));
  EXPECT_THAT(out_.str(), EndsWith("\nand 3 more: " + results_.path() + "/index.html\n"));
}

TEST_F(SummaryTest, KnownIssuesNeedNoNextSteps) {
  results_.WriteCase("A.Fails", std::string(FakeResults::kFailed) + FakeResults::kKnown);
  results_.WriteCase("A.Passes", FakeResults::kKnown);
  EXPECT_EQ(Print(), kCaseFailed);
  EXPECT_THAT(out_.str(), HasSubstr("        known issue: https://example.org/1\n"));
  EXPECT_THAT(out_.str(), HasSubstr("        unexpected pass, known issue: https://example.org/1"));
  EXPECT_THAT(out_.str(), HasSubstr("known issues: 1 of the failures\nunexpected passes: 1 of"));
  EXPECT_THAT(out_.str(), Not(HasSubstr("alone")));
}

TEST_F(SummaryTest, ComparesWithTheGivenRun) {
  FakeResults other;
  other.WriteCase("A.Passes", FakeResults::kFailed);
  other.WriteCase("A.Gone");
  results_.WriteCase("A.Passes");
  EXPECT_EQ(Summarize({results_.path() + "/", other.path(), ""}, {}, out_), kAllPassed);
  EXPECT_THAT(out_.str(),
              HasSubstr("compared with " + other.path() +
                        ": 0 newly failed, 1 fixed, 0 slower, 0 faster, 1 not rerun\n"));
  EXPECT_THAT(out_.str(), EndsWith("page: " + results_.path() + "/index.html\n"));
}

TEST_F(SummaryTest, WritesNoPageWithoutResults) {
  EXPECT_EQ(Print(), kNothingRan);
  EXPECT_EQ(out_.str(), "no case results in " + results_.path() + "\n");
  EXPECT_FALSE(fs::exists(results_.path()));
}

TEST_F(SummaryTest, AnUnwritablePageDoesNotChangeTheVerdict) {
  results_.WriteCase("A.Passes");
  fs::create_directories(results_.path() + "/index.html/in-the-way");
  EXPECT_EQ(Print(), kAllPassed);
  EXPECT_THAT(out_.str(), HasSubstr("dualpath summary: write the run's page: "));
  EXPECT_THAT(out_.str(), Not(HasSubstr("\npage: ")));
}

TEST_F(SummaryTest, ReportsToGithub) {
  results_.WriteCase("A.Fails", FakeResults::kFailed);
  Github github;
  github.is_on = true;
  github.step_summary = results_.path() + "/summary.md";
  EXPECT_EQ(Print(github), kCaseFailed);
  EXPECT_THAT(out_.str(),
              HasSubstr("\n::error file=cases/path_offline.cc,line=20,title=A.Fails::"));
  EXPECT_THAT(*ReadFile(github.step_summary), HasSubstr("#### `A.Fails`"));
}

// GitHub obeys workflow commands anywhere in a step's output, even after white space.
TEST_F(SummaryTest, GithubObeysOnlyOurCommands) {
  results_.WriteCase("A.Fails", "<failure message=\"&#x0A;::add-mask::x&#x0A;::stop::\"/>");
  Github github;
  github.is_on = true;
  Print(github);
  const std::string text = out_.str();
  const std::string stop = "::stop-commands::";
  ASSERT_THAT(text, StartsWith(stop));
  const std::string token = text.substr(stop.size(), text.find('\n') - stop.size());
  const std::size_t resumed = text.find("\n::" + token + "::\n");
  ASSERT_NE(resumed, std::string::npos);
  EXPECT_LT(text.find("::add-mask::"), resumed);
  EXPECT_EQ(text.find("::add-mask::", resumed + 1), text.rfind("%0A::add-mask::") + 3);
  EXPECT_THAT(text.substr(resumed), HasSubstr("\n::error title=A.Fails::"));
  Print(github);
  EXPECT_THAT(out_.str(), Not(HasSubstr(token)));
}

TEST_F(SummaryTest, HandlesThousandsOfCases) {
  std::string cases;
  for (int i = 0; i < 5000; ++i) {
    cases +=
        "<testcase name=\"C" + std::to_string(i) + "\" classname=\"A\" status=\"run\" time=\"1\"/>";
  }
  results_.Mark("all");
  FakeResults::Write(results_.path() + "/all/gtest.xml",
                     "<testsuites><testsuite name=\"A\">" + cases + "</testsuite></testsuites>");
  EXPECT_EQ(Print(), kAllPassed);
  EXPECT_THAT(out_.str(), HasSubstr("cases: 5000 passed"));
}

}  // namespace
}  // namespace dualpath::results
