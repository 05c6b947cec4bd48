// The page of a matrix, opened and used in a browser.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ci/matrix/matrix_page.h"
#include "ci/tests/page_in_browser.h"

namespace dualpath::tests {
namespace {

using nlohmann::json;
using results::Verdict;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

results::CaseRun Case(const std::string& name, Verdict verdict = Verdict::kPassed) {
  results::CaseRun run;
  run.name = run.directory = name;
  run.verdict = verdict;
  run.real_seconds = 4;
  run.virtual_seconds = 50;
  return run;
}

std::vector<matrix::Column> TwoStacks() {
  matrix::Column trixie;
  trixie.name = "trixie";
  trixie.versions = {{"linux-image-amd64", "6.12.57-1"}, {"multipath-tools", "0.11.1-2"}};
  matrix::Column forky = trixie;
  forky.name = "forky";
  forky.versions[0].second = "7.2.1-1";
  trixie.run.cases = {Case("Failover.Same"), Case("Failover.Differs")};
  results::CaseRun failed = Case("Failover.Differs", Verdict::kFailed);
  failed.failures = {{"cases/failover.cc", 25, "</script><script>document.title = 'out'</script>"}};
  failed.files = {{"timeline.html", 9000}};
  forky.run.cases = {Case("Failover.Same"), failed};
  return {trixie, forky};
}

class MatrixPageInBrowser : public PageInBrowser {
 protected:
  void Open(const std::vector<matrix::Column>& columns) {
    PageInBrowser::Open(directory_->path() + "/index.html", matrix::MatrixPage(columns));
  }
  static json RowsShown() {
    return Get(
        "[...document.querySelectorAll('tbody:not(.section) tr')].filter((row) => !row.hidden)"
        ".map((row) => row.cells[0].textContent)");
  }
};

TEST_F(MatrixPageInBrowser, ShowsFirstWhatDiffers) {
  Open(TwoStacks());
  EXPECT_EQ(RowsShown(), json({"Failover.Differs", "Failover.Same"}));
  EXPECT_EQ(GetText("#span"),
            "2 stacks \u00b7 2 cases \u00b7 1 differs between neighboring stacks");
  EXPECT_THAT(GetText("#stacks th:nth-child(3)"), HasSubstr("forkylinux-image-amd64 7.2.1-1"));
  EXPECT_EQ(GetText("td.changed .state"), "failed");
  EXPECT_EQ(GetText("td.changed .why"), "</script><script>document.title = 'out'</script>");
  EXPECT_EQ(Get("document.querySelector('td.changed a').getAttribute('href')"),
            "forky/Failover.Differs/timeline.html");
  EXPECT_LE(GetInt("document.documentElement.scrollWidth"), 1280);
  EXPECT_THAT(ConsoleMessages(), IsEmpty());
}

TEST_F(MatrixPageInBrowser, SaysWhyAColumnIsIncomplete) {
  std::vector<matrix::Column> columns = TwoStacks();
  columns[1].run.cases.clear();
  columns[1].error = "build the image: no space left";
  Open(columns);
  EXPECT_EQ(GetText("#errors"), "forky is incomplete: build the image: no space left");
  EXPECT_THAT(GetText("#stacks th:nth-child(3)"), HasSubstr("no results"));
  EXPECT_THAT(ConsoleMessages(), IsEmpty());
}

TEST_F(MatrixPageInBrowser, SearchFilters) {
  Open(TwoStacks());
  Get("(() => { const box = document.getElementById('search'); box.value = 'same'; "
      "box.dispatchEvent(new Event('input')); return true; })()");
  EXPECT_EQ(RowsShown(), json({"Failover.Same"}));
  EXPECT_EQ(GetText("#search-count"), "1 case");
}

}  // namespace
}  // namespace dualpath::tests
