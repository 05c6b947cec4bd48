#include "helpers/timeline/path_names.h"

#include <gtest/gtest.h>

#include "helpers/multipath/topology_parser.h"

namespace dualpath::timeline {
namespace {

using multipath::PathName;

TEST(NumberOfDisk, FollowsTheKernelsNumbering) {
  EXPECT_EQ(NumberOfDisk("sda"), (DeviceNumber{8, 0}));
  EXPECT_EQ(NumberOfDisk("sdb"), (DeviceNumber{8, 16}));
  EXPECT_EQ(NumberOfDisk("sdp"), (DeviceNumber{8, 240}));
  EXPECT_EQ(NumberOfDisk("sdq"), (DeviceNumber{65, 0}));
  EXPECT_EQ(NumberOfDisk("sdaa"), (DeviceNumber{65, 160}));
  EXPECT_EQ(NumberOfDisk("sdiv"), (DeviceNumber{135, 240}));
  for (const char* other : {"sdiw", "sdzzzzzzzzzzzzzzz", "sd", "sda1", "nvme0n1", "", "vda"}) {
    EXPECT_EQ(NumberOfDisk(other), std::nullopt) << other;
  }
}

TEST(IsScsiDisk, AcceptsTheMajorNumbersOfSd) {
  for (const unsigned major : {8, 65, 71, 128, 135}) {
    EXPECT_TRUE(IsScsiDisk({major, 16})) << major;
  }
  for (const unsigned major : {7, 9, 64, 72, 127, 136, 253}) {
    EXPECT_FALSE(IsScsiDisk({major, 0})) << major;
  }
}

TEST(PathNames, AreTakenFromATopology) {
  PathNames names;
  names.AddTopology(
      multipath::ParseTopology("mpathc (360014052d347b7c8b8041e9bc817234e) dm-0 LIO-ORG ,storage\n"
                               "size=1.0G features='1 queue_if_no_path' hwhandler='0' wp=rw\n"
                               "|-+- policy='service-time 0' prio=1 status=active\n"
                               "| `- 3:0:1:0 sdb 8:16 active ready running\n"
                               "`-+- policy='service-time 0' prio=0 status=enabled\n"
                               "  `- #:#:#:# -   #:#  failed faulty unknown\n"));
  EXPECT_EQ(names.PathOf({"sdb", {}}), "3:0:1:0");
  EXPECT_EQ(names.PathOf({"", DeviceNumber{8, 16}}), "3:0:1:0");
  EXPECT_EQ(names.DeviceOf({"", DeviceNumber{8, 16}}), "sdb");
  EXPECT_EQ(names.MapOf({253, 0}), "mpathc");
  EXPECT_EQ(names.MapOf({253, 1}), "dm-1");
}

TEST(PathNames, OnlyAWholeNumberNamesAMap) {
  PathNames names;
  for (const char* name : {"dm-", "dm-x", "dm-1 ", "dm--1", "dm-4294967296", "0", ""}) {
    multipath::Map map;
    map.alias = "mpathc";
    map.dm_name = name;
    multipath::Topology topology;
    topology.maps.push_back(map);
    names.AddTopology(topology);
    EXPECT_EQ(names.MapOf({253, 0}), "dm-0") << '"' << name << '"';
  }
}

TEST(PathNames, AreTakenFromLogLines) {
  PathNames names;
  names.AddLogLine("sd 3:0:1:0: [sdb] Attached SCSI disk");
  EXPECT_EQ(names.PathOf({"", DeviceNumber{8, 16}}), "3:0:1:0");
  names.AddLogLine("sdzzz [259:5]: path removed from map mpathc");
  EXPECT_EQ(names.PathOf({"", DeviceNumber{259, 5}}), "sdzzz");
}

TEST(PathNames, ALaterNameReplacesAnEarlierOne) {
  PathNames names;
  names.AddLogLine("sd 3:0:1:0: [sdb] Attached SCSI disk");
  names.AddLogLine("sd 5:0:1:0: [sdb] Attached SCSI disk");
  EXPECT_EQ(names.PathOf({"sdb", {}}), "5:0:1:0");
}

TEST(PathNames, AnUnknownPathKeepsItsName) {
  EXPECT_EQ(PathNames().PathOf({"sdb", DeviceNumber{8, 16}}), "sdb");
  EXPECT_EQ(PathNames().PathOf({"", DeviceNumber{8, 16}}), "8:16");
  EXPECT_EQ(PathNames().PathOf({}), "");
}

TEST(MentionedPath, IsFoundAtTheBeginningOfALine) {
  EXPECT_EQ(MentionedPath("sdb: remove path (uevent)")->name, (PathName{"sdb", {}}));
  EXPECT_EQ(MentionedPath("sdb [8:16]: path removed from map mpathc")->name,
            (PathName{"sdb", DeviceNumber{8, 16}}));
  EXPECT_EQ(MentionedPath("8:16: reinstated")->name, (PathName{"", DeviceNumber{8, 16}}));
  EXPECT_EQ(MentionedPath("mpatha: sdb - tur checker reports path is down")->name,
            (PathName{"sdb", {}}));
  EXPECT_EQ(MentionedPath("sd 3:0:1:0: [sdb] Synchronizing SCSI cache")->hctl, "3:0:1:0");
  EXPECT_EQ(MentionedPath("scsi 3:0:1:0: alua: Detached")->hctl, "3:0:1:0");
}

TEST(MentionedPath, IsNoneInOtherLines) {
  for (const char* other :
       {"", "sd", "sd ", "sd : ", "scsi host3: x", "sdb", "mpatha: sdb", ": ", "x: y - z",
        "sdb [8:: x", "sdb [8:x]: y", "mpatha: reload [0 1 multipath]"}) {
    EXPECT_EQ(MentionedPath(other), std::nullopt) << other;
  }
}

}  // namespace
}  // namespace dualpath::timeline
