#include "helpers/timeline/trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "helpers/timeline/fake_records.h"

namespace dualpath::timeline {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;

/// Returns the trace events of a phase as "NAME [ARGS] at TS [for DUR]".
std::vector<std::string> EventsOf(const json& trace, const std::string& phase) {
  std::vector<std::string> found;
  for (const json& event : trace["traceEvents"]) {
    if (event["ph"] != phase) continue;
    std::string text = event["name"];
    if (phase == "M") text += " " + event["args"].dump();
    if (event.contains("ts")) text += " at " + event["ts"].dump();
    if (event.contains("dur")) text += " for " + event["dur"].dump();
    found.push_back(text);
  }
  return found;
}

TEST(TraceJson, StatesLastUntilTheNext) {
  Timeline timeline;
  Record limited = FakePathState(150, "4:0:1:0", "active");
  limited.duration_us = 10;
  timeline.records = {FakePathState(100, "3:0:1:0", "active"),
                      FakePathState(200, "3:0:1:0", "failed"), limited, FakeIo(0, 300, 0)};
  const json trace = json::parse(TraceJson(timeline));
  EXPECT_THAT(EventsOf(trace, "X"), ElementsAre("active at 100 for 100", "active at 150 for 10",
                                                "failed at 200 for 100"));
}

TEST(TraceJson, LanesAreThreadsInTheOrderOfThePage) {
  Timeline timeline;
  timeline.title = "a case";
  Record line;
  line.lane = Lane::kMultipathd;
  line.kind = "line";
  line.text = "sdb: remove path (uevent)";
  Record groups;
  groups.lane = Lane::kMap;
  groups.kind = "groups";
  groups.map = "mpathc";
  groups.state = "4:0:1:0";
  timeline.records = {line, groups, FakePathState(1, "4:0:1:0", "active"),
                      FakePathState(2, "3:0:1:0", "active")};
  const json trace = json::parse(TraceJson(timeline));
  std::vector<std::string> names;
  for (const json& event : trace["traceEvents"]) {
    if (event["name"] == "thread_name") names.push_back(event["args"]["name"]);
  }
  EXPECT_THAT(names,
              ElementsAre("path 3:0:1:0", "path 4:0:1:0", "map mpathc groups", "multipathd"));
  EXPECT_THAT(EventsOf(trace, "i"), ElementsAre("sdb: remove path (uevent) at 0"));
  EXPECT_EQ(trace["otherData"]["title"], "a case");
}

TEST(TraceJson, OverlappingIosAreAsyncEventsAndCounters) {
  Timeline timeline;
  timeline.records = {FakeIo(1000, 5000, 0), FakeIo(2000, 1500, 5)};
  const json trace = json::parse(TraceJson(timeline));
  EXPECT_THAT(EventsOf(trace, "b"), ElementsAre("I/O at 1000", "failed I/O at 2000"));
  EXPECT_THAT(EventsOf(trace, "e"), ElementsAre("I/O at 6000", "failed I/O at 3500"));
  EXPECT_THAT(EventsOf(trace, "C"),
              ElementsAre("guest I/O latency at 1000", "guest I/O latency at 2000"));
  EXPECT_EQ(trace["traceEvents"].back()["args"]["ms"], 1.5);
  std::set<std::string> ids;
  for (const json& event : trace["traceEvents"]) {
    if (event["ph"] != "b") continue;
    ids.insert(event["id"].get<std::string>());
    EXPECT_EQ(event["args"]["sequence"], event["ts"].get<int>() / 1000);
  }
  EXPECT_EQ(ids.size(), 2U);
}

TEST(TraceJson, EscapesAnyText) {
  Timeline timeline;
  timeline.title = "\xff";
  Record line;
  line.text = "a\"\\\n\xfe";
  timeline.records = {line};
  EXPECT_EQ(json::parse(TraceJson(timeline))["otherData"]["title"], "\xef\xbf\xbd");
  EXPECT_EQ(json::parse(TraceJson({}))["traceEvents"].size(), 1U);
}

}  // namespace
}  // namespace dualpath::timeline
