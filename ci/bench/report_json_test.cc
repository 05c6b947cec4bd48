#include "ci/bench/report_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "ci/bench/fake_report.h"

namespace dualpath::bench {
namespace {

using nlohmann::json;

TEST(ReportJson, HasEachFigureWithItsLimitAndWhetherThatIsMet) {
  const json report = json::parse(ToJsonText(FakeReport(), 2));
  EXPECT_EQ(report["version"], 1);
  EXPECT_EQ(report["began"], 1700000000);
  EXPECT_EQ(report["stack"], "trixie");
  const json& figures = report["figures"];
  ASSERT_EQ(figures.size(), 5U);
  EXPECT_EQ(figures[0], json({{"group", "restore"},
                              {"name", "restore.assertion.median"},
                              {"what", "restore to the first assertion, median"},
                              {"unit", "s"},
                              {"value", 0.71},
                              {"samples", {0.7, 0.71, 1.4}},
                              {"limit", {{"at_most", 1.0}}},
                              {"met", true},
                              {"note", ""},
                              {"headline", false}}));
  EXPECT_EQ(figures[1]["limit"], json({{"at_least", 20.0}}));
  EXPECT_EQ(figures[1]["met"], false);
  EXPECT_EQ(figures[2]["value"], nullptr);
  EXPECT_EQ(figures[2]["limit"], nullptr);
  EXPECT_EQ(figures[2]["met"], nullptr);
  EXPECT_EQ(figures[2]["note"], "not installed");
  EXPECT_EQ(figures[4]["met"], nullptr) << "a limit, and no value";
}

TEST(ReportJson, HasTheMachineTheSetAndTheFailures) {
  const json report = json::parse(ToJsonText(FakeReport(), -1));
  EXPECT_EQ(report["machine"]["quiet"], false);
  EXPECT_EQ(report["machine"]["words"], FakeReport().machine.ToString());
  EXPECT_EQ(report["set"]["wall_seconds"], 15.5);
  EXPECT_EQ(report["set"]["cases"][1],
            json({{"name", "Failover.Short"}, {"real", 5.0}, {"virtual", 50.0}, {"ratio", 10.0}}));
  EXPECT_EQ(report["failures"], json({"down: talk to the lab VM: <it> ended"}));
}

}  // namespace
}  // namespace dualpath::bench
