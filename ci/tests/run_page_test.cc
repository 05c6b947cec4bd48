// The run's page, opened and used in a browser.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ci/results/run_page.h"
#include "ci/tests/page_in_browser.h"
#include "helpers/base/file.h"
#include "helpers/process/own_programs.h"

namespace dualpath::tests {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

results::CaseRun Case(const std::string& name, const std::string& file, int line,
                      double real_seconds) {
  results::CaseRun run;
  run.name = run.directory = name;
  run.file = file;
  run.line = line;
  run.real_seconds = real_seconds;
  run.virtual_seconds = 10;
  run.files = {{"gtest.xml", 500}, {"timing.json", 90}};
  run.before = results::Before{results::Verdict::kPassed, real_seconds, 5.0};
  return run;
}

/// Returns a run with one case of each kind, in two families.
results::RunResults OneOfEachKind() {
  results::RunResults run;
  run.results = "build/results";
  run.previous = "build/results.previous";
  run.ended = 1700000000;
  results::CaseRun failed = Case("Failover.Fails", "cases/failover.cc", 20, 8);
  failed.verdict = results::Verdict::kFailed;
  failed.description = "the active path is deleted";
  failed.failures = {{"cases/failover.cc", 25, "</script><script>document.title = 'out'</script>"}};
  failed.files.push_back({"timeline.html", 9000});
  failed.files.push_back({"snapshot", 1});
  results::CaseRun skipped = Case("Bring.Skips", "cases/bring_up.cc", 30, 1);
  skipped.verdict = results::Verdict::kSkipped;
  skipped.reason = "program fio is missing. Install it";
  results::CaseRun known = Case("Bring.IsKnown", "cases/bring_up.cc", 10, 3);
  known.verdict = results::Verdict::kFailed;
  known.known_issue = "https://example.org/1";
  known.failures = {{"", 0, "known failure"}};
  run.cases = {Case("Bring.Passes", "cases/bring_up.cc", 5, 9), known, skipped, failed,
               Case("Failover.Passes", "cases/failover.cc", 2, 4)};
  run.not_run = {"Failover.Gone"};
  return run;
}

class RunPageInBrowser : public PageInBrowser {
 protected:
  void Open(const results::RunResults& run) {
    PageInBrowser::Open(directory_->path() + "/index.html", results::RunPage(run));
  }

  static json Names() {
    return Get("[...document.querySelectorAll('tbody.case')].map((body) => body.id)");
  }

  /// Clicks the middle of an element.
  static void Click(const std::string& selector) {
    const std::string box = "document.querySelector('" + selector + "').getBoundingClientRect()";
    const int x = GetInt(box + ".left + " + box + ".width / 2");
    const int y = GetInt(box + ".top + " + box + ".height / 2");
    const Status clicked = browser().Click(x, y, Soon());
    ASSERT_TRUE(clicked.ok()) << clicked.error().ToString();
  }
};

TEST_F(RunPageInBrowser, ShowsTheFamiliesThatFailedFirst) {
  Open(OneOfEachKind());
  EXPECT_EQ(Get("document.title"), "2 failed, 2 passed, 1 skipped \u00b7 Dualpath run");
  EXPECT_THAT(GetText("#span"), HasSubstr("compared with build/results.previous: 2 newly failed"));
  EXPECT_EQ(Names(), json({"Failover.Passes", "Failover.Fails", "Bring.Passes", "Bring.IsKnown",
                           "Bring.Skips"}));
  EXPECT_EQ(GetText("tbody.family small"), "1 failed, 1 passed \u00b7 cases/failover.cc");
  EXPECT_EQ(Get("[...document.querySelectorAll('#totals button')].map((b) => b.textContent)"),
            json({"5all", "2failed", "2passed", "1skipped", "1known issues", "5changed"}));
  EXPECT_THAT(GetText("#notes"), HasSubstr("Failover.Gone"));
  EXPECT_LE(GetInt("document.documentElement.scrollWidth"), 1280);
  EXPECT_THAT(ConsoleMessages(), IsEmpty());
}

TEST_F(RunPageInBrowser, ACaseWithoutAVerdictHasItsOwnTile) {
  results::RunResults run = OneOfEachKind();
  results::CaseRun lost = Case("Lost.Panics", "cases/lost.cc", 1, 2);
  lost.verdict = results::Verdict::kNoVerdict;
  lost.failures = {{"", 0, "the lab panicked"}};
  run.cases.push_back(lost);
  Open(run);
  EXPECT_EQ(Get("document.title"),
            "2 failed, 1 no verdict, 2 passed, 1 skipped \u00b7 Dualpath run");
  Click("#totals [data-filter=\"no verdict\"]");
  EXPECT_EQ(Names(), json({"Lost.Panics"}));
  EXPECT_EQ(GetText("[id=\"Lost.Panics\"] .verdict"), "no verdict");
  EXPECT_EQ(GetText("[id=\"Lost.Panics\"] pre"), "the lab panicked");
  EXPECT_EQ(GetText("[id=\"Lost.Panics\"] .commands"),
            "run it alone./ci/cases -- -R '^Lost\\.Panics$'");
  EXPECT_EQ(GetText("[id=\"Lost.Panics\"] td.trend"), "lost its verdict");
  EXPECT_THAT(ConsoleMessages(), IsEmpty());
}

TEST_F(RunPageInBrowser, AFailureHasItsLocationAndTheNextSteps) {
  Open(OneOfEachKind());
  const std::string failed = "[id=\"Failover.Fails\"] ";
  EXPECT_EQ(GetText(failed + ".about"), "the active path is deleted");
  EXPECT_EQ(GetText(failed + ".where"), "cases/failover.cc:25");
  EXPECT_EQ(GetText(failed + "pre"), "</script><script>document.title = 'out'</script>");
  EXPECT_EQ(GetText(failed + ".commands"),
            "run it alone./ci/cases -- -R '^Failover\\.Fails$'shell where it failed" +
                process::DualpathCommand() + " shell --at Failover.Fails");
  EXPECT_EQ(GetText(failed + "td.trend"), "newly failed");
  EXPECT_EQ(Get("document.querySelector('" + failed + "a.main').getAttribute('href')"),
            "Failover.Fails/timeline.html");
  EXPECT_EQ(GetText("[id=\"Bring.Skips\"] .reason"), "program fio is missing. Install it");
  EXPECT_EQ(GetText("[id=\"Bring.IsKnown\"] a[href=\"https://example.org/1\"]"),
            "https://example.org/1");
  EXPECT_EQ(GetText("[id=\"Bring.Passes\"] td.trend"), "2.0\u00d7 slower (virtual)");
}

TEST_F(RunPageInBrowser, TheLongestIoHasATrend) {
  results::RunResults run = OneOfEachKind();
  results::CaseRun& slower = run.cases.back();
  slower.before->virtual_seconds = 10;
  slower.before->longest_io_seconds = 0.4;
  slower.longest_io_seconds = 60;
  slower.longest_gap_seconds = 61;
  Open(run);
  EXPECT_EQ(GetText("[id=\"Failover.Passes\"] td.trend"), "150\u00d7 slower (longest I/O)");
  EXPECT_EQ(GetText("[id=\"Failover.Passes\"] td:nth-child(5)"), "60.0 s");
  Click("thead [data-key=longest_io]");
  EXPECT_EQ(Names()[0], "Failover.Passes");
}

TEST_F(RunPageInBrowser, ClicksFilterAndSort) {
  Open(OneOfEachKind());
  Click("#totals [data-filter=failed]");
  EXPECT_EQ(Names(), json({"Failover.Fails", "Bring.IsKnown"}));
  EXPECT_EQ(GetText("#search-count"), "2 of 5 cases");
  Click("#totals [data-filter=failed]");
  Click("thead [data-key=real]");
  EXPECT_EQ(Names(), json({"Bring.Passes", "Failover.Fails", "Failover.Passes", "Bring.IsKnown",
                           "Bring.Skips"}));
  EXPECT_EQ(Get("document.querySelectorAll('tbody.family').length"), 0);
  Click("thead [data-key=real]");
  EXPECT_EQ(Names()[0], "Bring.Skips");
  Click("thead [data-key=real]");
  EXPECT_EQ(Get("document.querySelectorAll('tbody.family').length"), 2);
  EXPECT_THAT(ConsoleMessages(), IsEmpty());
}

TEST_F(RunPageInBrowser, SearchesAndListsFiles) {
  Open(OneOfEachKind());
  for (const char* key : {"/", "f", "i", "o", " "}) {
    ASSERT_TRUE(browser().Press(key, Soon()).ok());
  }
  EXPECT_EQ(Names(), json({"Bring.Skips"}));
  Click("[id=\"Bring.Skips\"] .evidence button");
  EXPECT_EQ(Get("[...document.querySelectorAll('.files li')].map((item) => item.textContent)"),
            json({"the directory", "gtest.xml500 B", "timing.json90 B"}));
  Click("[id=\"Bring.Skips\"] .evidence button");
  EXPECT_EQ(Get("document.querySelectorAll('.files').length"), 0);
  ASSERT_TRUE(browser().Press("\ue00c", Soon()).ok());  // Escape
  EXPECT_EQ(Names().size(), 5U);
  EXPECT_THAT(ConsoleMessages(), IsEmpty());
}

TEST_F(RunPageInBrowser, LinksOpenTheFiles) {
  results::RunResults run = OneOfEachKind();
  const std::string name = "50% & #1";
  run.cases[3].directory = name;
  ASSERT_TRUE(
      WriteFileAtomically(directory_->path() + "/" + name + "/timeline.html", "<title>it</title>")
          .ok());
  Open(run);
  Click("a.main");
  EXPECT_EQ(Get("document.title"), "it");
}

TEST_F(RunPageInBrowser, IsLightOrDark) {
  Open(OneOfEachKind());
  std::vector<json> seen;
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(browser().Press("t", Soon()).ok());
    seen.push_back(Get("getComputedStyle(document.body).backgroundColor"));
  }
  EXPECT_THAT(seen, ElementsAre("rgb(255, 255, 255)", "rgb(13, 17, 23)", "rgb(255, 255, 255)"));
}

TEST_F(RunPageInBrowser, HandlesThousandsOfCases) {
  results::RunResults run = OneOfEachKind();
  for (int i = 0; i < 5000; ++i) {
    run.cases.push_back(Case("Many.Case" + std::to_string(i), "cases/many.cc", i, i));
  }
  Open(run);
  EXPECT_EQ(Names().size(), 5005U);
  RecordProperty("opened_ms", GetInt("document.documentElement.dataset.ready"));
  EXPECT_THAT(ConsoleMessages(), IsEmpty());
}

TEST_F(RunPageInBrowser, APageWithoutCasesIsValid) {
  Open(results::RunResults());
  EXPECT_EQ(GetText("#none"), "No case results.");
  EXPECT_THAT(ConsoleMessages(), IsEmpty());
}

}  // namespace
}  // namespace dualpath::tests
