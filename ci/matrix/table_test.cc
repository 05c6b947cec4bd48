#include "ci/matrix/table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helpers/base/exit_code.h"

namespace dualpath::matrix {
namespace {

using results::CaseRun;
using results::Verdict;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

CaseRun Case(const std::string& name, Verdict verdict = Verdict::kPassed,
             const std::string& known_issue = "") {
  CaseRun run;
  run.name = name;
  run.verdict = verdict;
  run.known_issue = known_issue;
  return run;
}

Column Of(const std::string& name, std::vector<CaseRun> cases) {
  Column column;
  column.name = name;
  column.versions = {{"linux-image-amd64", "6.12"}, {"multipath-tools", "0.11.1"}};
  column.run.cases = std::move(cases);
  column.run.real_seconds = 61;
  return column;
}

std::vector<std::string> NamesOf(const std::vector<Row>& rows) {
  std::vector<std::string> names;
  for (const Row& row : rows) names.push_back((row.differs ? "!" : "") + row.name);
  return names;
}

TEST(Matrix, RowsThatDifferBetweenNeighborsAreFirst) {
  const std::vector<Column> columns = {
      Of("a", {Case("A.Same"), Case("B.Differs"), Case("C.IsKnown", Verdict::kFailed, "url")}),
      Of("b", {Case("A.Same"), Case("B.Differs", Verdict::kFailed),
               Case("C.IsKnown", Verdict::kPassed, "url")})};
  EXPECT_THAT(NamesOf(RowsOf(columns)), ElementsAre("!B.Differs", "!C.IsKnown", "A.Same"));
}

TEST(Matrix, ACaseThatDidNotRunDiffersUnlessItsColumnIsIncomplete) {
  std::vector<Column> columns = {Of("a", {Case("A.B")}), Of("b", {})};
  EXPECT_TRUE(RowsOf(columns).at(0).differs);
  EXPECT_EQ(RowsOf(columns).at(0).cells.at(1), nullptr);
  columns[1].error = "the image cannot be built";
  EXPECT_FALSE(RowsOf(columns).at(0).differs);
}

TEST(Matrix, WordsTellKnownIssuesFromFailures) {
  const CaseRun known = Case("A.B", Verdict::kFailed, "url");
  const CaseRun odd = Case("A.B", Verdict::kPassed, "url");
  const CaseRun lost = Case("A.B", Verdict::kNoVerdict);
  EXPECT_EQ(WordOf(&known), "known issue");
  EXPECT_EQ(WordOf(&odd), "unexpected pass");
  EXPECT_EQ(WordOf(&lost), "no verdict");
  EXPECT_EQ(WordOf(nullptr), "-");
}

TEST(Matrix, IsAMarkdownTable) {
  std::vector<Column> columns = {
      Of("trixie", {Case("A.Same"), Case("B.Differs")}),
      Of("forky", {Case("A.Same"), Case("B.Differs", Verdict::kFailed)})};
  EXPECT_EQ(
      ToMarkdown(columns),
      "## Dualpath matrix\n\n"
      "| stack | linux-image-amd64 | multipath-tools | passed | failed | known issues | no verdict "
      "| skipped | real | virtual |\n"
      "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n"
      "| trixie | 6.12 | 0.11.1 | 2 | 0 | 0 | 0 | 0 | 61 s | 0 s |\n"
      "| forky | 6.12 | 0.11.1 | 1 | 1 | 0 | 0 | 0 | 61 s | 0 s |\n"
      "\n"
      "| differs | trixie | forky |\n"
      "| --- | --- | --- |\n"
      "| B.Differs | passed | failed |\n"
      "\nThe same on all stacks: 1 passed\n");
  columns[1].error = "no image\nat all";
  EXPECT_THAT(ToMarkdown(columns), HasSubstr("forky is incomplete: no image at all\n"));
}

TEST(Matrix, WithoutDifferencesHasNoSecondTable) {
  EXPECT_THAT(ToMarkdown({Of("trixie", {Case("A.B")})}), Not(HasSubstr("differs")));
}

TEST(Matrix, TheWorstColumnDecidesTheExitCode) {
  EXPECT_EQ(ExitCodeOf({Of("a", {Case("A.B")})}), kAllPassed);
  EXPECT_EQ(ExitCodeOf({Of("a", {Case("A.B", Verdict::kSkipped)})}), kNothingRan);
  EXPECT_EQ(ExitCodeOf({Of("a", {Case("A.B")}), Of("b", {Case("A.B", Verdict::kNoVerdict)})}),
            kInfrastructure);
  Column incomplete = Of("b", {});
  incomplete.error = "no image";
  EXPECT_EQ(ExitCodeOf({Of("a", {Case("A.B")}), incomplete}), kInfrastructure);
  EXPECT_EQ(ExitCodeOf({Of("a", {Case("A.B", Verdict::kFailed)}), incomplete}), kCaseFailed);
}

TEST(Matrix, KnownIssuesHaveTheirBugAndTheStacksThatShowIt) {
  CaseRun known = Case("A.B", Verdict::kFailed, "https://example.org/1");
  known.known_bug = "before 0.12: it fails";
  const std::vector<Column> columns = {Of("old", {known, Case("A.C")}),
                                       Of("new", {Case("A.B"), Case("A.C")})};
  EXPECT_EQ(KnownIssues(columns),
            "| bug | case | old 0.11.1 | new 0.11.1 |\n| --- | --- | --- | --- |\n"
            "| [before 0.12: it fails](https://example.org/1) | `A.B` | known issue | passed |\n");
  EXPECT_EQ(KnownIssues({Of("new", {Case("A.B")})}), "");
}

}  // namespace
}  // namespace dualpath::matrix
