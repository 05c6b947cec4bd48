// The page of figures, opened in a browser.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ci/bench/fake_figures.h"
#include "ci/bench/page.h"
#include "ci/tests/page_in_browser.h"

namespace dualpath::bench {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class BenchPageInBrowser : public tests::PageInBrowser {
 protected:
  void Open(const Figures& figures) {
    PageInBrowser::Open(directory_->path() + "/figures.html", Page(figures));
  }

  static std::string Of(const std::string& name, const std::string& selector) {
    return GetText("[id=\"" + name + "\"] " + selector);
  }
};

TEST_F(BenchPageInBrowser, ShowsEachFigureWithItsLimit) {
  Open(FakeFigures());
  EXPECT_THAT(GetText("#span"), HasSubstr("2 cores (AMD EPYC), 24 GiB"));
  EXPECT_THAT(GetText("#span"), HasSubstr("1 of 2 limits met"));
  EXPECT_EQ(Get("[...document.querySelectorAll('section h2')].map((h) => h.textContent)"),
            json({"Restoring the lab, compared with booting it", "Concurrent cases",
                  "Virtual time, over the whole set", "The set's 2 cases"}));
  EXPECT_EQ(Of("restore.assertion.median", ".number"), "0.71\u00a0s");
  EXPECT_EQ(Of("restore.assertion.median", ".limit"), "\u2264 1\u00a0s");
  EXPECT_EQ(Of("restore.assertion.median", ".verdict"), "met");
  EXPECT_EQ(Get("document.querySelectorAll('[id=\"restore.assertion.median\"] .track i').length"),
            3);
  EXPECT_EQ(Of("restore.ratio", ".limit"), "\u2265 20\u00d7");
  EXPECT_EQ(Of("restore.ratio", ".verdict"), "not met");
  EXPECT_EQ(Of("boot.virtme", ".number"), "\u2013");
  EXPECT_EQ(Of("boot.virtme", "small"), "not installed");
  EXPECT_EQ(Of("set.ratio.wall", "td"), "</script><b>virtual by real");
  EXPECT_EQ(GetText("#cases tbody tr"), "Failover.Long20\u00a0s100\u00a0s5\u00d7");
  EXPECT_LE(GetInt("document.documentElement.scrollWidth"), 1280);
  EXPECT_THAT(ConsoleMessages(), IsEmpty());
}

TEST_F(BenchPageInBrowser, BarLengthsAreProportional) {
  Open(FakeFigures());
  const std::string bar = "document.querySelector('[id=\"restore.assertion.median\"] .track')";
  const std::string share =
      "100 * " + bar + ".querySelector('b').offsetWidth / " + bar + ".offsetWidth";
  // The longest sample, 1.4 s, sets the scale.
  EXPECT_NEAR(GetInt(share), 100 * 0.71 / 1.4 / 1.03, 1);
}

TEST_F(BenchPageInBrowser, WarnsIfTheMachineWasNotIdle) {
  Open(FakeFigures());
  EXPECT_THAT(GetText("#notes"), HasSubstr("not idle at the start (load 0.50)"));
  EXPECT_THAT(GetText("#notes .failure"), HasSubstr("down: talk to the lab VM: <it> ended"));
}

TEST_F(BenchPageInBrowser, IsLightOrDark) {
  Open(FakeFigures());
  std::vector<json> seen;
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(browser().Press("t", Soon()).ok());
    seen.push_back(Get("getComputedStyle(document.body).backgroundColor"));
  }
  EXPECT_THAT(seen, ::testing::ElementsAre("rgb(255, 255, 255)", "rgb(13, 17, 23)"));
}

TEST_F(BenchPageInBrowser, APageWithoutFiguresIsValid) {
  Open(Figures());
  EXPECT_EQ(GetText("main p"), "No figures.");
  EXPECT_THAT(GetText("#notes"), IsEmpty());
  EXPECT_THAT(ConsoleMessages(), IsEmpty());
}

}  // namespace
}  // namespace dualpath::bench
