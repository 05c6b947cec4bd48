#include "helpers/timeline/log_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dualpath::timeline {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Returns the derived records as "path: state", "map: state" or "groups of map: groups".
std::vector<std::string> Changes(const std::vector<Record>& records) {
  std::vector<std::string> changes;
  for (const Record& record : records) {
    if (record.kind == "line") continue;
    const std::string& subject = record.lane == Lane::kPath ? record.path : record.map;
    changes.push_back(std::string(record.kind == "groups" ? "groups of " : "") + subject + ": " +
                      record.state);
  }
  return changes;
}

std::vector<Record> FromLines(const std::vector<std::pair<std::string, std::string>>& lines) {
  std::vector<observe::LogMessage> messages;
  std::int64_t time = 0;
  for (const auto& [source, text] : lines) messages.push_back({source, time += 1000, text});
  return FromLog(messages);
}

TEST(LogRecords, InterpretsTheArticlesFailover) {
  const auto records = FromLines({
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
      Changes(records),
      ElementsAre("4:0:1:0: attached", "3:0:1:0: active", "4:0:1:0: active",
                  "groups of mpathc: 3:0:1:0 | 4:0:1:0", "mpathc: 2 paths", "3:0:1:0: deleted",
                  "groups of mpathc: 4:0:1:0", "mpathc: 1 path", "3:0:1:0: removed"));
  EXPECT_EQ(records[0].path, "4:0:1:0");
  EXPECT_EQ(records.back().path, "3:0:1:0");
}

TEST(LogRecords, InterpretsTheLossAndReturnOfAllPaths) {
  const auto records = FromLines({
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
  EXPECT_THAT(Changes(records),
              ElementsAre("8:16: failed", "mpatha: 1 path", "sdc: offline", "mpatha: queueing",
                          "mpatha: failing I/O", "sdc: active", "mpatha: 1 path"));
  EXPECT_EQ(records[0].map, "dm-0");
  EXPECT_EQ(records[0].severity, Severity::kError);
}

TEST(LogRecords, AStateKnownInAdvanceIsNotAChange) {
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

TEST(LogRecords, InterpretsTheCheckerOfOldVersions) {
  EXPECT_THAT(Changes(FromLines(
                  {{"multipathd", "mpathc: sdb - tur checker reports path is down"},
                   {"multipathd", "mpathc: sdb - tur checker reports path is down"},
                   {"multipathd", "mpathc: sdb - tur checker reports path is up"},
                   {"multipathd", "mpathc: sdb - tur checker reports path is in standby state"}})),
              ElementsAre("sdb: failed", "sdb: active", "sdb: ghost"));
}

TEST(LogRecords, KeepsEachLineWithItsTimeAndText) {
  const auto records = FromLines({{"multipathd", "sdb: remove path (uevent)"},
                                  {"libvirtd", "internal error: no"},
                                  {"sshd", "hello"}});
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].ToJsonLine(),
            R"json({"time_us":1000,"lane":"multipathd","kind":"line","severity":"warning",)json"
            R"json("text":"sdb: remove path (uevent)","path":"sdb","device":"sdb"})json");
  EXPECT_EQ(records[1].lane, Lane::kQemu);
}

TEST(LogRecords, OtherLinesChangeNothing) {
  EXPECT_THAT(Changes(FromLines({{"kernel", "sd 3:0:1:0: Power-on or device reset occurred"},
                                 {"kernel", ""},
                                 {"multipathd", "mpatha: reload [0 524288 multipath 1 queue_if_n"},
                                 {"multipathd", "\xff\xfe"}})),
              IsEmpty());
}

TEST(ClassOf, DistinguishesChangesFromOtherLines) {
  EXPECT_EQ(ClassOf("8:16: reinstated"), LineClass::kChange);
  EXPECT_EQ(ClassOf("sd 3:0:1:0: [sdb] Synchronizing SCSI cache"), LineClass::kChange);
  EXPECT_EQ(ClassOf("mpatha: sdb - path offline"), LineClass::kRepeated);
  EXPECT_EQ(ClassOf("mpatha: sdb - tur checker reports path is down"), LineClass::kRepeated);
  EXPECT_EQ(ClassOf("mpatha: sdb - tur checker"), LineClass::kUninteresting);
  EXPECT_EQ(ClassOf("sdb: remove path (uevent)"), LineClass::kUninteresting);
  EXPECT_EQ(ClassOf("mpatha: reload [0 524288 multipath 1 queue_if_n"), LineClass::kMalformed);
}

TEST(LaneOfProgram, IsNoneForOtherPrograms) {
  EXPECT_EQ(LaneOfProgram("kernel"), Lane::kKernel);
  EXPECT_EQ(LaneOfProgram("multipathd"), Lane::kMultipathd);
  EXPECT_EQ(LaneOfProgram("qemu-system-x86_64"), Lane::kQemu);
  EXPECT_EQ(LaneOfProgram("sshd"), std::nullopt);
}

}  // namespace
}  // namespace dualpath::timeline
