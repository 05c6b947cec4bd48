#include "ci/results/github.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::results {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Github GithubWith(const std::map<std::string, std::string>& variables) {
  return Github::From([&](const std::string& name) -> std::optional<std::string> {
    const auto found = variables.find(name);
    if (found == variables.end()) return std::nullopt;
    return found->second;
  });
}

CaseRun Passed(const std::string& name, double real_seconds) {
  CaseRun run;
  run.name = name;
  run.real_seconds = real_seconds;
  run.virtual_seconds = 2 * real_seconds;
  return run;
}

CaseRun Failed(const std::string& name, const Failure& failure) {
  CaseRun run = Passed(name, 1);
  run.verdict = Verdict::kFailed;
  run.failures = {failure};
  return run;
}

CaseRun Skipped(const std::string& name, const std::string& reason) {
  CaseRun run = Passed(name, 1);
  run.verdict = Verdict::kSkipped;
  run.reason = reason;
  return run;
}

RunResults RunOf(std::vector<CaseRun> cases) {
  RunResults run;
  run.cases = std::move(cases);
  return run;
}

int LinesIn(const std::string& text) {
  return static_cast<int>(std::count(text.begin(), text.end(), '\n'));
}

TEST(Github, IsDetectedByItsVariables) {
  EXPECT_FALSE(GithubWith({}).is_on);
  EXPECT_FALSE(GithubWith({{"GITHUB_ACTIONS", "false"}}).is_on);
  const Github github = GithubWith({{"GITHUB_ACTIONS", "true"}, {"GITHUB_STEP_SUMMARY", "/a"}});
  EXPECT_TRUE(github.is_on);
  EXPECT_EQ(github.step_summary, "/a");
}

TEST(Annotations, NameFileLineAndCase) {
  EXPECT_EQ(Annotations(RunOf({Passed("A.B", 1), Failed("A.C", {"cases/a.cc", 7, "Value of: x"}),
                               Skipped("A.D", "no root")})),
            "::error file=cases/a.cc,line=7,title=A.C::Value of: x\n");
}

TEST(Annotations, AreEscaped) {
  EXPECT_EQ(Annotations(RunOf({Failed("T/A.C/0,1:2", {"cases/a,b:c%.cc", 7, "100%\r\n::a, b"})})),
            "::error file=cases/a%2Cb%3Ac%25.cc,line=7,title=T/A.C/0%2C1%3A2::100%25%0D%0A::a, "
            "b\n");
}

TEST(Annotations, AFailureMayHaveNoFile) {
  EXPECT_EQ(Annotations(RunOf({Failed("A.C", {"", 0, "infrastructure: x"})})),
            "::error title=A.C::infrastructure: x\n");
}

TEST(Annotations, NoVerdictIsAnError) {
  CaseRun lost = Failed("A.C", {"", 0, "the lab panicked"});
  lost.verdict = Verdict::kNoVerdict;
  EXPECT_EQ(Annotations(RunOf({lost})), "::error title=A.C::no verdict: the lab panicked\n");
  EXPECT_THAT(JobSummary(RunOf({lost})),
              HasSubstr("\n### No verdict\n\n#### `A.C`\n\n```text\nthe lab panicked\n```\n"));
}

TEST(Annotations, KnownIssuesAndUnexpectedPassesAreWarnings) {
  CaseRun failed = Failed("A.C", {"cases/a.cc", 7, "x"});
  CaseRun passed = Passed("A.D", 1);
  passed.file = "cases/a.cc";
  passed.line = 3;
  failed.known_issue = passed.known_issue = "https://example.org/1";
  EXPECT_EQ(Annotations(RunOf({failed, passed})),
            "::warning file=cases/a.cc,line=7,title=A.C::known issue: https://example.org/1%0Ax\n"
            "::warning file=cases/a.cc,line=3,title=A.D::unexpected pass, known issue: "
            "https://example.org/1\n");
}

TEST(Annotations, AreLimitedToTheNumberThatGithubShows) {
  EXPECT_EQ(LinesIn(Annotations(RunOf(std::vector<CaseRun>(30, Failed("A.B", {"a.cc", 1, "x"}))))),
            10);
}

TEST(JobSummary, HasCountsFailuresSlowestAndSkips) {
  CaseRun failed = Failed("A.C", {"cases/a.cc", 7, "Value of: x\n  Actual: y"});
  failed.failures.push_back({"", 0, "and more"});
  failed.before.emplace();
  RunResults run =
      RunOf({Passed("A.B", 9.25), failed, Skipped("A.D", "no root"), Skipped("A.E", "no root")});
  run.real_seconds = 12;
  run.virtual_seconds = 34;
  EXPECT_EQ(JobSummary(run),
            "## Dualpath\n\n"
            "| passed | failed | no verdict | skipped | real, summed | virtual, summed |\n"
            "| ---: | ---: | ---: | ---: | ---: | ---: |\n"
            "| 1 | 1 | 0 | 2 | 12 s | 34 s |\n"
            "\n### Failed\n"
            "\n#### `A.C`\nnewly failed\n"
            "\n```text\ncases/a.cc:7\nValue of: x\n  Actual: y\nand more\n```\n"
            "\nAlone: `./ci/cases -- -R '^A\\.C$'`\n"
            "\n### Slowest\n\n| case | real | virtual |\n| --- | ---: | ---: |\n"
            "| `A.B` | 9.2 s | 18.5 s |\n"
            "| `A.C` | 1.0 s | 2.0 s |\n"
            "| `A.D` | 1.0 s | 2.0 s |\n"
            "| `A.E` | 1.0 s | 2.0 s |\n"
            "\n### Skipped\n\n| reason | cases |\n| --- | --- |\n"
            "| no root | `A.D`, `A.E` |\n"
            "\nThe run's page is `index.html` in the job's artifacts.\n");
}

TEST(JobSummary, HasKnownIssues) {
  CaseRun failed = Failed("A.C", {"", 0, "x"});
  CaseRun passed = Passed("A.D", 1);
  failed.known_issue = passed.known_issue = "https://example.org/a_b";
  const std::string summary = JobSummary(RunOf({failed, passed}));
  EXPECT_THAT(summary, HasSubstr("| passed | failed | no verdict | skipped | known issues | "
                                 "unexpected passes |"));
  EXPECT_THAT(summary, HasSubstr("| 1 | 1 | 0 | 0 | 1 | 1 |"));
  EXPECT_THAT(summary, HasSubstr("known issue: https://example.org/a\\_b\n"));
  EXPECT_THAT(summary, HasSubstr("| `A.D` | https://example.org/a\\_b |\n"));
}

TEST(JobSummary, EscapesTheMessagesOfCases) {
  const std::string summary =
      JobSummary(RunOf({Failed("A.C", {"", 0, "```\n# no heading\n````"}),
                        Skipped("A.D", "a | b\n<img src=x> & *c* [d](e) `f`")}));
  EXPECT_THAT(summary, HasSubstr("\n`````text\n```\n# no heading\n````\n`````\n"));
  EXPECT_THAT(summary, HasSubstr("| a \\| b<br>&lt;img src=x\\> &amp; \\*c\\* \\[d\\]\\(e\\) "
                                 "\\`f\\` | `A.D` |\n"));
}

TEST(JobSummary, ANameCannotEndItsCode) {
  EXPECT_THAT(JobSummary(RunOf({Failed("A.C/a`b", {"", 0, "x"})})), HasSubstr("#### `A.C/a'b`\n"));
}

TEST(JobSummary, StaysUnderAMebibyte) {
  constexpr std::size_t kMebibyte = std::size_t{1} << 20;
  std::vector<CaseRun> cases;
  for (int i = 0; i < 3000; ++i) {
    const std::string number = std::to_string(i);
    cases.push_back(Failed("A.F" + number, {"a.cc", 1, std::string(100000, '`')}));
    cases.push_back(Skipped("A.S" + number, number + std::string(100000, '|')));
    cases.push_back(Skipped("A.T" + number, "no root"));
  }
  const std::string summary = JobSummary(RunOf(std::move(cases)));
  EXPECT_LT(summary.size(), kMebibyte);
  EXPECT_THAT(summary, HasSubstr("\nand 2950 more, on the run's page\n"));
  EXPECT_THAT(summary, HasSubstr("\nand 2951 more reasons, on the run's page\n"));
}

TEST(JobSummary, IsTruncatedBetweenCharacters) {
  std::string text(3999, 'a');
  text += "\xc3\xa9 and more";
  EXPECT_THAT(JobSummary(RunOf({Failed("A.B", {"", 0, text})})),
              HasSubstr("\n" + std::string(3999, 'a') + "...\n```\n"));
}

TEST(JobSummary, StatesThatThereAreNoResults) {
  EXPECT_EQ(JobSummary({}), "## Dualpath\n\nNo case results.\n");
}

class ReportToGithubTest : public ::testing::Test {
 protected:
  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
  std::string file_ = directory_.path() + "/summary.md";
  std::ostringstream out_;
  RunResults run_ = RunOf({Failed("A.C", {"cases/a.cc", 7, "x"})});
};

TEST_F(ReportToGithubTest, AppendsToTheStepsSummary) {
  ASSERT_TRUE(WriteFileAtomically(file_, "before\n").ok());
  const Github github = GithubWith({{"GITHUB_ACTIONS", "true"}, {"GITHUB_STEP_SUMMARY", file_}});
  EXPECT_TRUE(ReportToGithub(run_, github, out_).ok());
  EXPECT_THAT(out_.str(), StartsWith("::error file=cases/a.cc"));
  EXPECT_THAT(*ReadFile(file_), StartsWith("before\n## Dualpath\n"));
}

TEST_F(ReportToGithubTest, PrintsNothingElsewhere) {
  EXPECT_TRUE(ReportToGithub(run_, GithubWith({{"GITHUB_STEP_SUMMARY", file_}}), out_).ok());
  EXPECT_EQ(out_.str(), "");
  EXPECT_FALSE(ReadFile(file_).ok());
}

TEST_F(ReportToGithubTest, NeedsNoSummaryFile) {
  EXPECT_TRUE(ReportToGithub(run_, GithubWith({{"GITHUB_ACTIONS", "true"}}), out_).ok());
  EXPECT_THAT(out_.str(), EndsWith("::x\n"));
}

TEST_F(ReportToGithubTest, ASummaryThatCannotBeWrittenIsAnError) {
  const Github github =
      GithubWith({{"GITHUB_ACTIONS", "true"}, {"GITHUB_STEP_SUMMARY", "/no/such/file"}});
  EXPECT_THAT(ReportToGithub(run_, github, out_).error().ToString(),
              HasSubstr("append the job's summary: /no/such/file: No such file"));
  EXPECT_THAT(out_.str(), Not(HasSubstr("## Dualpath")));
}

}  // namespace
}  // namespace dualpath::results
