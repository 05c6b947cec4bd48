#include "helpers/timeline/trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

namespace dualpath::timeline {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using timeline::Lane;
using timeline::Record;

Record State(std::int64_t time_us, const std::string& path, const std::string& state) {
  Record record;
  record.time_us = time_us;
  record.lane = Lane::kPath;
  record.kind = "state";
  record.path = path;
  record.state = state;
  return record;
}

Record Io(std::int64_t time_us, std::int64_t duration_us, int error_number) {
  Record record;
  record.time_us = time_us;
  record.lane = Lane::kGuest;
  record.kind = "io";
  record.duration_us = duration_us;
  record.error_number = error_number;
  record.sequence = 12;
  return record;
}

/// "ph name ts dur", of those of a phase.
std::vector<std::string> Of(const json& trace, const std::string& phase) {
  std::vector<std::string> found;
  for (const json& event : trace["traceEvents"]) {
    if (event["ph"] != phase) continue;
    std::string words = event["name"];
    if (phase == "M") words += " " + event["args"].dump();
    if (event.contains("ts")) words += " at " + event["ts"].dump();
    if (event.contains("dur")) words += " for " + event["dur"].dump();
    found.push_back(words);
  }
  return found;
}

TEST(TraceJson, StatesLastUntilTheNext) {
  Timeline timeline;
  Record limited = State(150, "4:0:1:0", "active");
  limited.duration_us = 10;
  timeline.records = {State(100, "3:0:1:0", "active"), State(200, "3:0:1:0", "failed"), limited,
                      Io(0, 300, 0)};
  const json trace = json::parse(TraceJson(timeline));
  EXPECT_THAT(Of(trace, "X"), ElementsAre("active at 100 for 100", "active at 150 for 10",
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
  timeline.records = {line, groups, State(1, "4:0:1:0", "active"), State(2, "3:0:1:0", "active")};
  const json trace = json::parse(TraceJson(timeline));
  std::vector<std::string> names;
  for (const json& event : trace["traceEvents"]) {
    if (event["name"] == "thread_name") names.push_back(event["args"]["name"]);
  }
  EXPECT_THAT(names,
              ElementsAre("path 3:0:1:0", "path 4:0:1:0", "map mpathc groups", "multipathd"));
  EXPECT_THAT(Of(trace, "i"), ElementsAre("sdb: remove path (uevent) at 0"));
  EXPECT_EQ(trace["otherData"]["title"], "a case");
}

TEST(TraceJson, IosMayOverlapAndAreCounted) {
  Timeline timeline;
  timeline.records = {Io(1000, 5000, 0), Io(2000, 1500, 5)};
  const json trace = json::parse(TraceJson(timeline));
  EXPECT_THAT(Of(trace, "b"), ElementsAre("I/O at 1000", "failed I/O at 2000"));
  EXPECT_THAT(Of(trace, "e"), ElementsAre("I/O at 6000", "failed I/O at 3500"));
  EXPECT_THAT(Of(trace, "C"),
              ElementsAre("guest I/O latency at 1000", "guest I/O latency at 2000"));
  EXPECT_EQ(trace["traceEvents"].back()["args"]["ms"], 1.5);
  std::set<std::string> ids;
  for (const json& event : trace["traceEvents"]) {
    if (event["ph"] != "b") continue;
    ids.insert(event["id"].get<std::string>());
    EXPECT_EQ(event["args"]["sequence"], 12);
  }
  EXPECT_EQ(ids.size(), 2U);
}

TEST(TraceJson, AnyTextIsJson) {
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
