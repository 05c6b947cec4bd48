#include "ci/bench/figures_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "ci/bench/fake_figures.h"

namespace dualpath::bench {
namespace {

using nlohmann::json;

TEST(FiguresJson, HasEachFigureWithItsLimitAndWhetherItIsMet) {
  const json text = json::parse(ToJsonText(FakeFigures(), 2));
  EXPECT_EQ(text["version"], 1);
  EXPECT_EQ(text["began"], 1700000000);
  EXPECT_EQ(text["stack"], "trixie");
  const json& figures = text["figures"];
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

TEST(FiguresJson, HasTheMachineTheSetAndTheFailures) {
  const json text = json::parse(ToJsonText(FakeFigures(), -1));
  EXPECT_EQ(text["machine"]["quiet"], false);
  EXPECT_EQ(text["machine"]["words"], FakeFigures().machine.ToString());
  EXPECT_EQ(text["set"]["wall_seconds"], 15.5);
  EXPECT_EQ(text["set"]["cases"][1],
            json({{"name", "Failover.Short"}, {"real", 5.0}, {"virtual", 50.0}, {"ratio", 10.0}}));
  EXPECT_EQ(text["failures"], json({"down: talk to the lab VM: <it> ended"}));
}

}  // namespace
}  // namespace dualpath::bench
