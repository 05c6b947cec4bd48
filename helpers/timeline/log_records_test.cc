#include "helpers/timeline/log_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dualpath::timeline {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// "lane[path or map] state", without the lines themselves.
std::vector<std::string> Changes(const std::vector<Record>& events) {
  std::vector<std::string> changes;
  for (const Record& event : events) {
    if (event.kind == "line") continue;
    const std::string& subject = event.lane == Lane::kPath ? event.path : event.map;
    changes.push_back(std::string(event.kind == "groups" ? "groups of " : "") + subject + ": " +
                      event.state);
  }
  return changes;
}

std::vector<Record> FromLines(const std::vector<std::pair<std::string, std::string>>& lines) {
  std::vector<observe::LogMessage> records;
  std::int64_t time = 0;
  for (const auto& [source, text] : lines) records.push_back({source, time += 1000, text});
  return FromLog(records);
}

TEST(LogEvents, TheArticlesFailover) {
  const auto events = FromLines({
      {"kernel", "sd 4:0:1:0: [sdc] Attached SCSI disk"},
      {"multipathd",
       "mpathc: load table [0 2097152 multipath 1 queue_if_no_path 0 2 1 service-time 0 1 1 8:16 1 "
       "service-time 0 1 1 8:32 1]"},
      {"kernel", "sd 3:0:1:0: [sdb] Synchronizing SCSI cache"},
      {"multipathd", "sdb: remove path (uevent)"},
      {"multipathd",
       "mpathc: load table [0 2097152 multipath 1 queue_if_no_path 0 1 1 service-time 0 1 1 8:32 "
       "1]"},
      {"multipathd", "sdb [8:16]: path removed from map mpathc"},
      {"kernel", "scsi 3:0:1:0: alua: Detached"},
  });
  EXPECT_THAT(
      Changes(events),
      ElementsAre("4:0:1:0: attached", "3:0:1:0: active", "4:0:1:0: active",
                  "groups of mpathc: 3:0:1:0 | 4:0:1:0", "mpathc: 2 paths", "3:0:1:0: deleted",
                  "groups of mpathc: 4:0:1:0", "mpathc: 1 path", "3:0:1:0: removed"));
  EXPECT_EQ(events[0].path, "4:0:1:0");
  EXPECT_EQ(events.back().path, "3:0:1:0");
}

TEST(LogEvents, AllPathsDownAndBack) {
  const auto events = FromLines({
      {"kernel", "device-mapper: multipath: 253:0: Failing path 8:16."},
      {"multipathd", "checker failed path 8:16 in map mpatha"},
      {"multipathd", "mpatha: remaining active paths: 1"},
      {"multipathd", "mpatha: sdc - path offline"},
      {"multipathd", "mpatha: Entering recovery mode: max_retries=10"},
      {"multipathd", "mpatha: remaining active paths: 0"},
      {"multipathd", "mpatha: sdc - path offline"},
      {"multipathd", "mpatha: Disable queueing"},
      {"multipathd", "8:32: reinstated"},
      {"multipathd", "mpatha: queue_if_no_path enabled"},
      {"multipathd", "mpatha: Recovered to normal mode"},
      {"multipathd", "mpatha: remaining active paths: 1"},
  });
  EXPECT_THAT(Changes(events),
              ElementsAre("8:16: failed", "mpatha: 1 path", "sdc: offline", "mpatha: queueing",
                          "mpatha: failing I/O", "sdc: active", "mpatha: 1 path"));
  EXPECT_EQ(events[0].map, "dm-0");
  EXPECT_EQ(events[0].severity, Severity::kError);
}

TEST(LogEvents, WhatIsKnownBeforehandIsNoChange) {
  Record first;
  first.lane = Lane::kPath;
  first.kind = "state";
  first.path = "4:0:1:0";
  first.map = "mpatha";
  first.state = "active";
  Record second = first;
  second.path = "3:0:1:0";
  Record map;
  map.lane = Lane::kMap;
  map.map = "mpatha";
  map.kind = "groups";
  map.state = "3:0:1:0 | 4:0:1:0";
  const std::vector<observe::LogMessage> log = {
      {"kernel", 1000, "sd 4:0:1:0: [sdc] Power-on or device reset occurred"},
      {"kernel", 1000, "sd 3:0:1:0: [sdb] Power-on or device reset occurred"},
      {"multipathd", 2000,
       "mpatha: reload [0 2097152 multipath 1 queue_if_no_path 0 1 1 service-time 0 1 1 8:32 1]"}};
  EXPECT_THAT(Changes(FromLog(log, {}, {first, second, map})),
              ElementsAre("3:0:1:0: removed", "groups of mpatha: 4:0:1:0", "mpatha: 1 path"));
}

TEST(LogEvents, TheCheckerOfOldVersions) {
  EXPECT_THAT(Changes(FromLines({{"multipathd", "mpathc: sdb - tur checker reports path is down"},
                                 {"multipathd", "mpathc: sdb - tur checker reports path is down"},
                                 {"multipathd", "mpathc: sdb - tur checker reports path is up"}})),
              ElementsAre("sdb: failed", "sdb: active"));
}

TEST(LogEvents, ALineIsKeptWithItsTimeAndText) {
  const auto events = FromLines({{"multipathd", "sdb: remove path (uevent)"},
                                 {"libvirtd", "internal error: no"},
                                 {"sshd", "hello"}});
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].ToJsonLine(),
            R"json({"time_us":1000,"lane":"multipathd","kind":"line","severity":"warning",)json"
            R"json("text":"sdb: remove path (uevent)","path":"sdb","device":"sdb"})json");
  EXPECT_EQ(events[1].lane, Lane::kQemu);
}

TEST(LogEvents, OtherLinesChangeNothing) {
  EXPECT_THAT(Changes(FromLines({{"kernel", "sd 3:0:1:0: Power-on or device reset occurred"},
                                 {"kernel", ""},
                                 {"multipathd", "mpatha: reload [0 524288 multipath 1 queue_if_n"},
                                 {"multipathd", "\xff\xfe"}})),
              IsEmpty());
}

TEST(ClassOf, TellsChangesFromTheRest) {
  EXPECT_EQ(ClassOf("8:16: reinstated"), LineClass::kChange);
  EXPECT_EQ(ClassOf("sd 3:0:1:0: [sdb] Synchronizing SCSI cache"), LineClass::kChange);
  EXPECT_EQ(ClassOf("mpatha: sdb - path offline"), LineClass::kPlain);
  EXPECT_EQ(ClassOf("sdb: remove path (uevent)"), LineClass::kPlain);
  EXPECT_EQ(ClassOf("mpatha: reload [0 524288 multipath 1 queue_if_n"), LineClass::kMalformed);
}

TEST(LaneOfProgram, KnowsWhoHasOne) {
  EXPECT_EQ(LaneOfProgram("kernel"), Lane::kKernel);
  EXPECT_EQ(LaneOfProgram("multipathd"), Lane::kMultipathd);
  EXPECT_EQ(LaneOfProgram("qemu-system-x86_64"), Lane::kQemu);
  EXPECT_EQ(LaneOfProgram("sshd"), std::nullopt);
}

}  // namespace
}  // namespace dualpath::timeline
