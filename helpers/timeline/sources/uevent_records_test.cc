#include "helpers/timeline/sources/uevent_records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dualpath::timeline {
namespace {

constexpr char kScsiDevice[] = "/devices/tcm_loop_0/tcm_loop_adapter_0/host3/target3:0:1/3:0:1:0";

observe::Uevent MakeUevent(std::map<std::string, std::string> properties) {
  return {1000, std::move(properties)};
}

observe::Uevent DiskUevent(const std::string& action, const std::string& name,
                           const std::string& minor) {
  return MakeUevent({{"ACTION", action},
                     {"SUBSYSTEM", "block"},
                     {"DEVTYPE", "disk"},
                     {"DEVPATH", std::string(kScsiDevice) + "/block/" + name},
                     {"MAJOR", "8"},
                     {"MINOR", minor}});
}

Record Only(const std::vector<Record>& records) {
  EXPECT_EQ(records.size(), 1U);
  return records.at(0);
}

/// Names as `multipath -ll` provides them.
PathNames Names() {
  multipath::Map map;
  map.alias = "mpatha";
  map.dm_name = "dm-0";
  multipath::Path path;
  path.hctl = "4:0:1:0";
  path.device = "sdc";
  path.device_number = DeviceNumber{8, 32};
  map.groups.push_back({"service-time 0", 1, "active", {path}});
  multipath::Topology topology;
  topology.maps.push_back(map);
  PathNames names;
  names.AddTopology(topology);
  return names;
}

TEST(UeventRecords, ADiskIsRemoved) {
  EXPECT_EQ(Only(FromUevents({DiskUevent("remove", "sdb", "16")}, {})).ToJsonLine(),
            R"json({"time_us":1000,"lane":"kernel","kind":"uevent","severity":"warning",)json"
            R"json("text":"remove sdb of 3:0:1:0","path":"3:0:1:0","device":"sdb"})json");
}

TEST(UeventRecords, AScsiDeviceIsAdded) {
  const Record record = Only(FromUevents({MakeUevent({{"ACTION", "add"},
                                                      {"SUBSYSTEM", "scsi"},
                                                      {"DEVTYPE", "scsi_device"},
                                                      {"DEVPATH", kScsiDevice}})},
                                         {}));
  EXPECT_EQ(record.text, "add 3:0:1:0 (scsi_device)");
  EXPECT_EQ(record.path, "3:0:1:0");
}

TEST(UeventRecords, AMapLosesAPath) {
  // As Linux 6.12 sends it.
  const std::map<std::string, std::string> failed = {{"ACTION", "change"},
                                                     {"SUBSYSTEM", "block"},
                                                     {"DEVTYPE", "disk"},
                                                     {"MAJOR", "253"},
                                                     {"MINOR", "0"},
                                                     {"DEVPATH", "/devices/virtual/block/dm-0"},
                                                     {"DM_NAME", "mpatha"},
                                                     {"DM_PATH", "8:32"},
                                                     {"DM_ACTION", "PATH_FAILED"},
                                                     {"DM_SEQNUM", "1"},
                                                     {"DM_NR_VALID_PATHS", "1"},
                                                     {"DM_TARGET", "multipath"}};
  const Record record = Only(FromUevents({MakeUevent(failed)}, Names()));
  EXPECT_EQ(record.text, "change mpatha (dm-0): PATH_FAILED 8:32, 1 path left");
  EXPECT_EQ(record.path, "4:0:1:0");
  EXPECT_EQ(record.device, "sdc");
  EXPECT_EQ(record.map, "mpatha");
  EXPECT_EQ(record.severity, Severity::kError);
}

TEST(UeventRecords, ADiskThatIsAddedAgainHasItsNewName) {
  const auto records = FromUevents(
      {DiskUevent("add", "sdc", "32"), MakeUevent({{"ACTION", "change"},
                                                   {"SUBSYSTEM", "block"},
                                                   {"DEVPATH", "/devices/virtual/block/dm-0"},
                                                   {"MAJOR", "253"},
                                                   {"MINOR", "0"},
                                                   {"DM_NAME", "mpatha"},
                                                   {"DM_ACTION", "PATH_REINSTATED"},
                                                   {"DM_PATH", "8:32"},
                                                   {"DM_NR_VALID_PATHS", "2"}})},
      Names());
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[1].path, "3:0:1:0");
  EXPECT_EQ(records[1].text, "change mpatha (dm-0): PATH_REINSTATED 8:32, 2 paths left");
  EXPECT_EQ(records[1].severity, Severity::kInfo);
}

TEST(UeventRecords, AMapIsResumed) {
  const Record record = Only(FromUevents({MakeUevent({{"ACTION", "change"},
                                                      {"SUBSYSTEM", "block"},
                                                      {"DEVPATH", "/devices/virtual/block/dm-0"},
                                                      {"MAJOR", "253"},
                                                      {"MINOR", "0"}})},
                                         Names()));
  EXPECT_EQ(record.text, "change mpatha (dm-0)");
  EXPECT_EQ(record.map, "mpatha");
}

TEST(UeventRecords, TheNumberOfARemovedMapMayBelongToAnother) {
  const auto map_uevent = [](const std::string& action) {
    return MakeUevent({{"ACTION", action},
                       {"SUBSYSTEM", "block"},
                       {"DEVPATH", "/devices/virtual/block/dm-0"},
                       {"MAJOR", "253"},
                       {"MINOR", "0"}});
  };
  const auto records =
      FromUevents({map_uevent("remove"), map_uevent("remove"), map_uevent("add")}, Names());
  ASSERT_EQ(records.size(), 4U);
  EXPECT_EQ(records[0].text, "remove mpatha (dm-0)");
  EXPECT_EQ(records[1].ToJsonLine(),
            R"json({"time_us":1000,"lane":"map","kind":"state","text":"remove mpatha (dm-0)",)json"
            R"json("map":"mpatha","state":"removed"})json");
  EXPECT_EQ(records[2].text, "remove dm-0");
  EXPECT_EQ(records[3].text, "add dm-0");
}

TEST(UeventRecords, UeventsWithoutTheUsualPropertiesAreShown) {
  EXPECT_EQ(Only(FromUevents({MakeUevent({})}, {})).text, " ");
  EXPECT_EQ(Only(FromUevents({MakeUevent({{"ACTION", "change"},
                                          {"SUBSYSTEM", "block"},
                                          {"DEVPATH", "/devices/virtual/block/dm-0"},
                                          {"MAJOR", "253"},
                                          {"MINOR", "0"},
                                          {"DM_ACTION", "PATH_FAILED"},
                                          {"DM_PATH", "what"}})},
                             {}))
                .text,
            "change dm-0: PATH_FAILED what");
}

}  // namespace
}  // namespace dualpath::timeline
