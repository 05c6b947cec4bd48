#include "helpers/multipath/topology_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dualpath::multipath {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Topology Sample() {
  Path known{"3:0:1:0", "sdb", DeviceNumber{8, 16}, "active", "ready", "running"};
  Path unknown{"#:#:#:#", "-", std::nullopt, "failed", "undef", "unknown"};
  Map map;
  map.action = "reload";
  map.alias = "mpatha";
  map.wwid = "36001405abcdef";
  map.dm_name = "dm-0";
  map.vendor = "LIO-ORG";
  map.product = "storage";
  map.size = "1.0G";
  map.features = "1 queue_if_no_path";
  map.hwhandler = "1 alua";
  map.write_protection = "rw";
  map.groups = {{"service-time 0", -1, "active", {known, unknown}}};
  return {{map}, {{7, "what \xff is this"}}};
}

TEST(TopologyJson, HasEveryField) {
  const json document = json::parse(ToJsonText(Sample()));
  EXPECT_EQ(document, json::parse(R"({
    "maps": [{
      "action": "reload", "alias": "mpatha", "wwid": "36001405abcdef", "dm_name": "dm-0",
      "vendor": "LIO-ORG", "product": "storage", "size": "1.0G",
      "features": "1 queue_if_no_path", "hwhandler": "1 alua", "write_protection": "rw",
      "groups": [{
        "policy": "service-time 0", "priority": -1, "status": "active",
        "paths": [
          {"hctl": "3:0:1:0", "device": "sdb", "device_number": "8:16", "dm_state": "active",
           "checker_state": "ready", "device_state": "running"},
          {"hctl": "#:#:#:#", "device": "-", "device_number": null, "dm_state": "failed",
           "checker_state": "undef", "device_state": "unknown"}]}]}],
    "not_understood": [{"line_number": 7, "text": "what \ufffd is this"}]
  })"));
}

TEST(TopologyJson, HasEmptyListsForAnEmptyTopology) {
  EXPECT_EQ(ToJson(Topology{}), json::parse(R"({"maps": [], "not_understood": []})"));
}

constexpr char kMaps[] = R"json({
   "major_version": 0,
   "minor_version": 1,
   "maps": [{
      "name" : "mpatha", "uuid" : "36001405abcdef", "sysfs" : "dm-3", "failback" : "manual",
      "queueing" : "10 chk", "paths" : 2, "write_prot" : "rw", "dm_st" : "active",
      "features" : "1 queue_if_no_path", "hwhandler" : "1 alua", "action" : "", "vend" : "LIO-ORG ",
      "prod" : "storage", "rev" : "4.0",
      "path_groups": [{
         "selector" : "service-time 0", "pri" : 1, "dm_st" : "active", "group" : 1,
         "paths": [{
            "dev" : "sdb", "dev_t" : "8:16", "dm_st" : "active", "dev_st" : "running",
            "chk_st" : "i/o pending", "checker" : "tur", "pri" : 1 }]
      },{
         "selector" : "service-time 0", "pri" : 1, "dm_st" : "enabled", "group" : 2,
         "paths": [{
            "dev" : "-", "dev_t" : "#:#", "dm_st" : "failed", "dev_st" : "unknown",
            "chk_st" : "undef", "checker" : "(null)", "pri" : -1 }]
      }]
   }]
})json";

TEST(ParseMapsJson, ParsesMultipathdsReply) {
  const auto topology = ParseMapsJson(kMaps);
  ASSERT_TRUE(topology.ok()) << topology.error().ToString();
  EXPECT_THAT(topology->not_understood, IsEmpty());
  ASSERT_THAT(topology->maps, SizeIs(1));
  const Map& map = topology->maps[0];
  EXPECT_EQ(map.alias, "mpatha");
  EXPECT_EQ(map.wwid, "36001405abcdef");
  EXPECT_EQ(map.dm_name, "dm-3");
  EXPECT_EQ(map.vendor, "LIO-ORG");
  EXPECT_EQ(map.product, "storage");
  EXPECT_EQ(map.features, "1 queue_if_no_path");
  EXPECT_EQ(map.hwhandler, "1 alua");
  EXPECT_EQ(map.write_protection, "rw");
  ASSERT_THAT(map.groups, SizeIs(2));
  EXPECT_EQ(map.groups[0],
            (PathGroup{"service-time 0",
                       1,
                       "active",
                       {{"", "sdb", DeviceNumber{8, 16}, "active", "i/o pending", "running"}}}));
  EXPECT_EQ(map.groups[1].status, "enabled");
  EXPECT_EQ(map.groups[1].paths[0].device_number, std::nullopt);
}

TEST(ParseMapsJson, ParsesOneMapAndNoMaps) {
  const auto one = ParseMapsJson(R"({"map": {"name": "mpathb", "path_groups": []}})");
  ASSERT_TRUE(one.ok()) << one.error().ToString();
  ASSERT_THAT(one->maps, SizeIs(1));
  EXPECT_EQ(one->maps[0].alias, "mpathb");
  const auto none = ParseMapsJson(R"({"major_version": 0, "maps": []})");
  ASSERT_TRUE(none.ok()) << none.error().ToString();
  EXPECT_THAT(none->maps, IsEmpty());
}

TEST(ParseMapsJson, RejectsAPriorityThatItCannotHold) {
  const auto topology = ParseMapsJson(
      R"({"maps": [{"name": "a", "path_groups": [{"pri": 4294967346, "paths": []}]}]})");
  ASSERT_FALSE(topology.ok());
  EXPECT_EQ(topology.error().ToString(),
            "parse multipathd's JSON: maps: map a has an impossible priority");
}

TEST(ParseMapsJson, NamesTheReasonInAnError) {
  struct Bad {
    const char* text;
    const char* reason;
  };
  for (const Bad& bad : {
           Bad{"", "parse error at line 1, column 1"},
           Bad{"fail\n", "parse error at line 1"},
           Bad{R"({"maps": [{"name": "mpa)", "parse error at line 1, column 24"},
           Bad{R"({"maps": [1e999]})", "number overflow parsing '1e999'"},
           Bad{"[]", "the document has no array 'maps'"},
           Bad{R"({"maps": {}})", "the document has no array 'maps'"},
           Bad{R"({"maps": [7]})", "a map has no 'name'"},
           Bad{R"({"maps": [{"name": "a"}]})", "map a has no array 'path_groups'"},
           Bad{R"({"maps": [{"name": "a", "path_groups": [{"paths": 1}]}]})",
               "map a has no array 'paths'"},
           Bad{R"({"maps": [{"name": "a", "path_groups": [{"paths": [{}]}]}]})",
               "map a has a path without 'dev'"},
           Bad{R"({"maps": [{"name": "a", "path_groups": [{"paths": [{"dev": "sda",
                   "dev_t": "8;0"}]}]}]})",
               "map a: parse device number: '8;0': expected MAJOR:MINOR"},
       }) {
    const auto topology = ParseMapsJson(bad.text);
    ASSERT_FALSE(topology.ok()) << bad.text;
    EXPECT_THAT(topology.error().ToString(),
                AllOf(HasSubstr("parse multipathd's JSON"), HasSubstr(bad.reason)));
  }
}

}  // namespace
}  // namespace dualpath::multipath
