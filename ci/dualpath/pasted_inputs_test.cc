// What people paste, and what `dualpath topology` and `dualpath report` make of it: one file of
// testdata for each kind of paste, with what is right in it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "ci/dualpath/report_command.h"
#include "ci/dualpath/topology_command.h"
#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::cli {
namespace {

using nlohmann::json;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;

std::string Input(const std::string& name) {
  return std::string(DUALPATH_SOURCE_DIRECTORY) + "/ci/dualpath/testdata/" + name + ".txt";
}

std::string Text(const json& object, const char* key) { return object[key].get<std::string>(); }

/// "mpatha (WWID) dm-0 VENDOR,PRODUCT size=1G features=0 hwhandler=0 wp=rw", with groups as
/// "[policy prio status: 3:0:1:0 sdb 8:16 active ready running, ...]".
std::string Describe(const json& map) {
  std::string text = Text(map, "action");
  if (!text.empty()) text += ": ";
  text += Text(map, "alias");
  if (map["wwid"] != map["alias"]) text += " (" + Text(map, "wwid") + ")";
  text += " " + Text(map, "dm_name") + " " + Text(map, "vendor") + "," + Text(map, "product") +
          " size=" + Text(map, "size") + " features=" + Text(map, "features") +
          " hwhandler=" + Text(map, "hwhandler") + " wp=" + Text(map, "write_protection");
  for (const json& group : map["groups"]) {
    text += " [" + Text(group, "policy") + " " + group["priority"].dump() + " " +
            Text(group, "status") + ":";
    for (const json& path : group["paths"]) {
      text += " " + Text(path, "hctl") + " " + Text(path, "device") + " " +
              path["device_number"].get<std::string>() + " " + Text(path, "dm_state") + " " +
              Text(path, "checker_state") + " " + Text(path, "device_state") + ",";
    }
    text.back() = ']';
  }
  return text;
}

struct PastedTopology {
  const char* name;
  std::vector<std::string> maps;
  std::size_t not_understood = 0;
};

class Topology : public ::testing::TestWithParam<PastedTopology> {};

TEST_P(Topology, IsRead) {
  std::ostringstream out;
  std::ostringstream err;
  ASSERT_EQ(RunTopology(Input(GetParam().name), out, err), 0) << err.str();
  const json document = json::parse(out.str());
  std::vector<std::string> maps;
  for (const json& map : document["maps"]) maps.push_back(Describe(map));
  EXPECT_THAT(maps, ElementsAreArray(GetParam().maps));
  EXPECT_EQ(document["not_understood"].size(), GetParam().not_understood)
      << document["not_understood"].dump(1);
}

struct OtherPaste {
  const char* name;
  const char* what;
};

class OtherThanTopology : public ::testing::TestWithParam<OtherPaste> {};

TEST_P(OtherThanTopology, IsCalledByItsName) {
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(RunTopology(Input(GetParam().name), out, err), 2);
  EXPECT_EQ(out.str(), "");
  EXPECT_THAT(err.str(), HasSubstr(GetParam().what));
}

struct PastedLog {
  const char* name;
  /// "TIME LANE: TEXT" for a line, "TIME PATH or MAP is STATE" for a change, "TIME reboot"; TIME is
  /// in seconds since midnight or boot.
  std::vector<std::string> records;
  std::vector<std::string> notes;
};

class Log : public ::testing::TestWithParam<PastedLog> {};

std::string Seconds(std::int64_t us) {
  constexpr std::int64_t kDay = 86400LL * 1000000;
  std::ostringstream text;
  text << static_cast<double>(us % kDay / 1000) / 1000;
  return text.str();
}

std::string Describe(const timeline::Record& record) {
  std::string text = Seconds(record.time_us) + " ";
  if (record.lane == timeline::Lane::kCase) return text + record.kind;
  if (record.kind != "state" && record.kind != "groups") {
    return text + Name(record.lane) + ": " + record.text;
  }
  return text + (record.lane == timeline::Lane::kMap ? record.map : record.path) +
         (record.kind == "groups" ? " has " : " is ") + record.state;
}

TEST_P(Log, IsRead) {
  const auto directory = TemporaryDirectory::Create();
  ASSERT_TRUE(directory.ok());
  ReportOptions options;
  options.incident.files = {Input(GetParam().name)};
  options.incident.first_year = 2022;
  options.page = directory->path() + "/page.html";
  options.records = directory->path() + "/records.ndjson";
  std::ostringstream out;
  std::ostringstream err;
  ASSERT_EQ(RunReport(options, out, err), 0) << err.str();
  const auto text = ReadFile(options.records);
  ASSERT_TRUE(text.ok());
  const auto records = timeline::ParseNdjson(*text);
  ASSERT_TRUE(records.ok());
  std::vector<std::string> described;
  for (const timeline::Record& record : *records) described.push_back(Describe(record));
  EXPECT_THAT(described, ElementsAreArray(GetParam().records));
  std::vector<std::string> notes;
  std::istringstream lines(out.str());
  for (std::string line; std::getline(lines, line);) {
    constexpr std::size_t kLabel = 9;
    if (line.rfind("note     ", 0) != 0 || line.find("whole seconds") != std::string::npos)
      continue;
    notes.push_back(line.substr(kLabel, line.find("; first") - kLabel));
  }
  EXPECT_THAT(notes, ElementsAreArray(GetParam().notes));
}

/// Returns the name of the file as that of a test.
template <typename Paste>
std::string NameOf(const ::testing::TestParamInfo<Paste>& info) {
  std::string name(info.param.name);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(
    Pasted, OtherThanTopology,
    ::testing::Values(OtherPaste{"10-show-paths", "line 1 begins the output of 'show paths'"},
                      OtherPaste{"23-dmsetup-table", "line 1 begins the output of 'dmsetup table'"},
                      OtherPaste{"24-lsblk", "line 1 begins the output of lsblk"}),
    NameOf<OtherPaste>);

INSTANTIATE_TEST_SUITE_P(
    Pasted, Topology,
    ::testing::Values(
        PastedTopology{
            "01-brackets-with-prompt",
            {"mpath0 (3600a0b800050817400000bab4cc017ec) dm-2 IBM,1814      FAStT size=100G "
             "features=0 hwhandler=1 rdac wp=rw [round-robin 0 100 enabled: 6:0:0:1 sdd 8:48 "
             "active ready ] [round-robin 0 0 enabled: 5:0:0:1 sdb 8:16 active faulty , 5:0:1:1 "
             "sdc 8:32 active ghost , 6:0:1:1 sde 8:64 active ghost ]"},
            0},
        PastedTopology{
            "02-brackets-dm-glued",
            {"create: 36000402001f45eb56424ca6800000000 dm-0 NEXSAN,SATABoy2 size=466G features=0 "
             "hwhandler=0 wp= [round-robin 0 0 enabled: 5:0:0:0 sdb 8:16 active ready ]",
             "create: 36000402001f45eb566e79f6d00000000 dm-1 NEXSAN,SATABoy2 size=3.7G features=0 "
             "hwhandler=0 wp= [round-robin 0 0 enabled: 5:0:0:10 sdc 8:32 active ready ]",
             "create: 36000402001f45eb566e79fb700000000 dm-2 NEXSAN,SATABoy2 size=5.6G features=0 "
             "hwhandler=0 wp= [round-robin 0 0 enabled: 5:0:0:11 sdd 8:48 active ready ]"},
            0},
        PastedTopology{"03-prompt",
                       {"mpath3 (3600a0b8000320d5e00001a834f7bdc49) dm-0 IBM,1814      FAStT "
                        "size=169G features=1 queue_if_no_path hwhandler=1 rdac wp=rw [round-robin "
                        "0 6 active: 5:0:0:2 sdf 8:80 active ready running, 4:0:0:2 sdc 8:32 "
                        "active ready running] [round-robin 0 1 enabled: 5:0:1:2 sdi 8:128 active "
                        "ghost running, 4:0:1:2 sdh 8:112 active ghost running]",
                        "mpath2 (3600a0b8000320d5e00001a804f7bdc31) dm-1 IBM,1814      FAStT "
                        "size=110G features=1 queue_if_no_path hwhandler=1 rdac wp=rw [round-robin "
                        "0 6 active: 5:0:0:1 sde 8:64 active ready running, 4:0:0:1 sdb 8:16 "
                        "active ready running] [round-robin 0 1 enabled: 5:0:1:1 sdg 8:96 active "
                        "ghost running, 4:0:1:1 sdd 8:48 active ghost running]"},
                       0},
        PastedTopology{
            "04-names-with-blanks",
            {"1IET     00010001 dm-4 IET,VIRTUAL-DISK size=200G features=0 hwhandler=0 wp=rw "
             "[round-robin 0 0 active: 23:0:0:1 sdk 8:160 active undef running] [round-robin 0 0 "
             "enabled: 21:0:0:1 sdj 8:144 active undef running] [round-robin 0 0 enabled: 22:0:0:1 "
             "sdg 8:96 active undef running] [round-robin 0 0 enabled: 20:0:0:1 sdi 8:128 active "
             "undef running]",
             "iqn.2015-05.com.oracle:QD_DG_VOTE101_EXAO2ADM1VM101 dm-7 IET,VIRTUAL-DISK size=128M "
             "features=0 hwhandler=0 wp=rw [round-robin 0 0 active: 8:0:0:1 sdg 8:96 active undef "
             "unknown] [round-robin 0 0 enabled: 9:0:0:1 sdh 8:112 active undef unknown] "
             "[round-robin 0 0 enabled: 10:0:0:1 sdi 8:128 active undef unknown] [round-robin 0 0 "
             "enabled: 11:0:0:1 sdj 8:144 active undef unknown]",
             "360080e500017bd72000002eb4c1b1ae8 dm-1 IBM,1814      FAStT size=350G features=1 "
             "queue_if_no_path hwhandler=1 rdac wp=rw [round-robin 0 -1 active: 7:0:2:81 sdd 8:48 "
             "active undef running, 8:0:2:81 sdp 8:240 active undef running]",
             "3600508b40006d7da0001a00004740000 dm-0 HP,HSV210 size=10G features=1 "
             "queue_if_no_path hwhandler=0 wp=rw [round-robin 0 -1 active: 2:0:0:1 sda 8:0 active "
             "undef running, 3:0:0:1 sdo 8:224 active undef running] [round-robin 0 -1 enabled: "
             "3:0:1:1 sdv 65:80 active undef running, 2:0:1:1 sdh 8:112 active undef running]",
             "mpatha (HP_iLO_Internal_SD-CARD_000002660A01-0:0) dm-6 HP iLO,Internal SD-CARD "
             "size=1.0G features=0 hwhandler=0 wp=rw [service-time 0 1 active: 6:0:0:0 sdc 8:32 "
             "active ready running]"},
            0},
        PastedTopology{"05-monotonic-pipe", {}, 16},
        PastedTopology{
            "07-wrapped-by-mail",
            {"mpathal (2e0176ad6309077166c9ce90033bfa248_1) dm-2 Nimble,Server size=20G features=1 "
             "queue_if_no_path hwhandler=1 alua wp=rw [round-robin 0 1 active: 8:0:5:1 sdg 8:96 "
             "active ghost running, 8:0:6:1 sdh 8:112 active ghost running]"},
            25},
        PastedTopology{"08-warnings-only", {}, 6},
        PastedTopology{"09-indented",
                       {"create: mpathc (36005076307ffc5e3000000000000805c) dm-0 IBM,2107900 "
                        "size=20G features=1 queue_if_no_path hwhandler=1 alua wp=rw [service-time "
                        "0 50 active: 0:0:0:1079787648 sda 8:0 active ready running, "
                        "1:0:0:1079787648 sde 8:64 active ready running]"},
                       26},
        PastedTopology{"12-brackets",
                       {"mpath1 (3600d0230003228bc000339414edb8101)  , size=10 GB features=0 "
                        "hwhandler=0 wp= [round-robin 0 1 active: 2:0:0:6 sdb 8:16 active ready ] "
                        "[round-robin 0 1 enabled: 3:0:0:6 sdc 8:64 active ready ]"},
                       0},
        PastedTopology{"16-quoted-twice",
                       {"mpathb (360060e80164c2b0000014c2b00000203) dm-3 HITACHI,OPEN-V size=50G "
                        "features=0 hwhandler=0 wp=rw [service-time 0 1 active: 1:0:0:3 sdd 8:48 "
                        "active ready running, 2:0:0:3 sdh 8:112 failed faulty running]"},
                       0},
        PastedTopology{"17-markdown-ate-backslashes",
                       {"mpath3 (360a98000572d4273685a664462667a36) dm-3 NETAPP,LUN size=300G "
                        "features=1 queue_if_no_path hwhandler=0 wp=rw [round-robin 0 8 active: "
                        "3:0:1:2 sdi 8:128 active ready , 4:0:0:2 sdk 8:160 failed faulty ]"},
                       0},
        PastedTopology{
            "18-topology-wrapped-by-mail",
            {"mpathal (2e0176ad6309077166c9ce90033bfa248_1) dm-2 Nimble,Server size=20G features=1 "
             "queue_if_no_path hwhandler=1 alua wp=rw [round-robin 0 1 active: 8:0:5:1 sdg 8:96 "
             "active ghost running, 8:0:6:1 sdh 8:112 active ghost running]"},
            0},
        PastedTopology{"19-in-a-table",
                       {"mpathc (360002ac0000000000000001700006e39) dm-4 3PARdata,VV size=100G "
                        "features=0 hwhandler=1 alua wp=rw [round-robin 0 50 active: 7:0:0:1 sdb "
                        "8:16 active ready running, 8:0:0:1 sdf 8:80 active ready running]"},
                       0},
        PastedTopology{"20-typographic-quotes",
                       {"mpathe (3600140559b1f2f0a6d14c6a8c1a1a1a1) dm-5 LIO-ORG,block1 size=10G "
                        "features=1 queue_if_no_path hwhandler=1 alua wp=rw [queue-length 0 50 "
                        "active: 11:0:0:0 sdc 8:32 active ready running]"},
                       0},
        PastedTopology{"21-verbose-between",
                       {"mpathf (360014051f4d6a6f5b4c4d0a8b7e2d111) dm-6 LIO-ORG,storage size=1.0G "
                        "features=1 queue_if_no_path hwhandler=0 wp=rw [service-time 0 1 active: "
                        "3:0:1:0 sdb 8:16 active ready running]"},
                       6},
        PastedTopology{"22-show-maps-json",
                       {"mpatha (36001405aa) dm-0 LIO-ORG,storage size= features=0 hwhandler=1 "
                        "alua wp=rw [service-time 0 50 active:  sda 8:0 active ready running]"},
                       0}),
    NameOf<PastedTopology>);

INSTANTIATE_TEST_SUITE_P(
    Pasted, Log,
    ::testing::Values(
        PastedLog{
            "05-monotonic-pipe",
            {"24813.6 multipathd: 36000c299e2665d0b78d74dfa49f53b97: addmap [0 268435456 multipath "
             "0 0 1 1 round-robin 0 1 1 8:0 1]",
             "24813.6 8:0 is active",
             "24813.6 36000c299e2665d0b78d74dfa49f53b97 has 8:0",
             "24813.6 36000c299e2665d0b78d74dfa49f53b97 is 1 path",
             "24813.6 multipathd: libdevmapper: ioctl/libdm-iface.c(1705): device-mapper: reload "
             "ioctl on 36000c299e2665d0b78d74dfa49f53b97 failed: Device or resource busy",
             "24813.6 multipathd: dm_addmap: libdm task=0 error: Device or resource busy",
             "24813.6 multipathd: 36000c299e2665d0b78d74dfa49f53b97: ignoring map",
             "24813.6 multipathd: 36000c293cadee3074f68ee64716b4163: addmap [0 629145600 multipath "
             "0 0 1 1 round-robin 0 1 1 8:16 1]",
             "24813.6 8:16 is active",
             "24813.6 36000c293cadee3074f68ee64716b4163 has 8:16",
             "24813.6 36000c293cadee3074f68ee64716b4163 is 1 path",
             "24813.6 multipathd: libdevmapper: ioctl/libdm-iface.c(1705): device-mapper: reload "
             "ioctl on 36000c293cadee3074f68ee64716b4163 failed: Device or resource busy",
             "24813.6 multipathd: dm_addmap: libdm task=0 error: Device or resource busy",
             "24813.6 multipathd: 36000c293cadee3074f68ee64716b4163: ignoring map",
             "24813.6 multipathd: 36000c29bfbec23f9b0e00b31694b499d: addmap [0 1048576000 "
             "multipath 0 0 1 1 round-robin 0 1 1 8:32 1]",
             "24813.6 8:32 is active",
             "24813.6 36000c29bfbec23f9b0e00b31694b499d has 8:32",
             "24813.6 36000c29bfbec23f9b0e00b31694b499d is 1 path",
             "24813.6 multipathd: libdevmapper: ioctl/libdm-iface.c(1705): device-mapper: reload "
             "ioctl on 36000c29bfbec23f9b0e00b31694b499d failed: Device or resource busy",
             "24813.6 multipathd: dm_addmap: libdm task=0 error: Device or resource busy",
             "24813.7 multipathd: 36000c29bfbec23f9b0e00b31694b499d: ignoring map",
             "24813.7 multipathd: 36000c295af2b7de14743bdcd33025d79: addmap [0 419430400 multipath "
             "0 0 1 1 round-robin 0 1 1 8:48 1]",
             "24813.7 8:48 is active",
             "24813.7 36000c295af2b7de14743bdcd33025d79 has 8:48",
             "24813.7 36000c295af2b7de14743bdcd33025d79 is 1 path",
             "24813.7 multipathd: libdevmapper: ioctl/libdm-iface.c(1705): device-mapper: reload "
             "ioctl on 36000c295af2b7de14743bdcd33025d79 failed: Device or resource busy",
             "24813.7 multipathd: dm_addmap: libdm task=0 error: Device or resource busy",
             "24813.7 multipathd: 36000c295af2b7de14743bdcd33025d79: ignoring map"},
            {}},
        PastedLog{"06-box-drawing",
                  {"32449 kernel: sd 2:0:0:0: [sdc] tag#31 FAILED Result: "
                   "hostbyte=DID_TRANSPORT_DISRUPTED driverbyte=DRIVER_OK",
                   "32449.1 kernel: sd 2:0:0:0: [sdc] tag#31 CDB: Write(10) 2a 00 00 07 97 5a 00 "
                   "01 00 00",
                   "32449.2 kernel: blk_update_request: I/O error, dev sdc, sector 3979984 op "
                   "0x1:(WRITE) flags 0x4800 phys_seg 256 prio class 0",
                   "32449.4 kernel: sd 2:0:0:0: [sdc] tag#35 FAILED Result: "
                   "hostbyte=DID_TRANSPORT_DISRUPTED driverbyte=DRIVER_OK",
                   "32449.5 kernel: sd 2:0:0:0: [sdc] tag#35 CDB: Write(10) 2a 00 00 07 96 5a 00 "
                   "01 00 00",
                   "32449.6 kernel: blk_update_request: I/O error, dev sdc, sector 3977936 op "
                   "0x1:(WRITE) flags 0x4800 phys_seg 256 prio class 0",
                   "32449.8 kernel: sd 2:0:0:0: [sdc] tag#26 FAILED Result: "
                   "hostbyte=DID_TRANSPORT_DISRUPTED driverbyte=DRIVER_OK",
                   "32449.9 kernel: sd 2:0:0:0: [sdc] tag#26 CDB: Write(10) 2a 00 00 07 a8 5a 00 "
                   "01 00 00"},
                  {}},
        PastedLog{
            "07-wrapped-by-mail",
            {"54636 multipathd: mpathal: sdg - tur checker reports path is in standby state",
             "54636 8:0:5:1 is ghost", "54636.1 multipathd: 8:96: reinstated",
             "54636.1 8:0:5:1 is active", "54636.2 multipathd: mpathal: queue_if_no_path enabled",
             "54636.3 multipathd: mpathal: Recovered to normal mode", "54636.3 mpathal is no path",
             "54636.4 multipathd: mpathal: remaining active paths:1", "54636.4 mpathal is 1 path",
             "54636.5 kernel: sd 8:0:5:1: alua: port group 02 state S non-preferred supports "
             "tolusna",
             "54636.6 kernel: device-mapper: multipath: Failing path 8:96.",
             "54636.6 8:0:5:1 is failed", "54636.7 multipathd: 8:96: mark as failed",
             "54636.8 multipathd: mpathal: Entering recovery mode: max_retries=20",
             "54636.8 mpathal is queueing",
             "54636.9 multipathd: mpathal: remaining active paths: 0"},
            {"10 lines not understood: no time at the beginning"}},
        PastedLog{
            "09-indented",
            {"33.042 kernel: blk_insert_cloned_request: over max size limit. (4194304 > 65535)",
             "33.042 kernel: device-mapper: multipath: 251:0: Failing path 8:0.",
             "33.042 0:0:0:1079787648 is failed",
             "33.042 kernel: blk_insert_cloned_request: over max size limit. (4194304 > 65535)",
             "33.042 kernel: device-mapper: multipath: 251:0: Failing path 8:64.",
             "33.042 1:0:0:1079787648 is failed",
             "33.197 kernel: device-mapper: multipath: 251:0: Reinstating path 8:0.",
             "33.197 0:0:0:1079787648 is active",
             "33.198 kernel: device-mapper: multipath: 251:0: Reinstating path 8:64.",
             "33.198 1:0:0:1079787648 is active",
             "33.21 kernel: blk_insert_cloned_request: over max size limit. (4194304 > 65535)",
             "33.21 kernel: device-mapper: multipath: 251:0: Failing path 8:0.",
             "33.21 0:0:0:1079787648 is failed",
             "33.21 kernel: blk_insert_cloned_request: over max size limit. (4194304 > 65535)",
             "33.21 kernel: device-mapper: multipath: 251:0: Failing path 8:64.",
             "33.21 1:0:0:1079787648 is failed",
             "38.2 kernel: device-mapper: multipath: 251:0: Reinstating path 8:0.",
             "38.2 0:0:0:1079787648 is active",
             "38.201 kernel: device-mapper: multipath: 251:0: Reinstating path 8:64.",
             "38.201 1:0:0:1079787648 is active",
             "38.22 kernel: blk_insert_cloned_request: over max size limit. (4194304 > 65535)",
             "38.22 kernel: device-mapper: multipath: 251:0: Failing path 8:0.",
             "38.22 0:0:0:1079787648 is failed",
             "38.22 kernel: blk_insert_cloned_request: over max size limit. (4194304 > 65535)",
             "38.22 kernel: device-mapper: multipath: 251:0: Failing path 8:64.",
             "38.22 1:0:0:1079787648 is failed",
             "43.202 kernel: device-mapper: multipath: 251:0: Reinstating path 8:0.",
             "43.202 0:0:0:1079787648 is active",
             "43.203 kernel: device-mapper: multipath: 251:0: Reinstating path 8:64.",
             "43.203 1:0:0:1079787648 is active",
             "43.219 kernel: blk_insert_cloned_request: over max size limit. (4194304 > 65535)",
             "43.219 kernel: device-mapper: multipath: 251:0: Failing path 8:0.",
             "43.219 0:0:0:1079787648 is failed",
             "43.219 kernel: blk_insert_cloned_request: over max size limit. (4194304 > 65535)",
             "43.219 kernel: device-mapper: multipath: 251:0: Failing path 8:64.",
             "43.219 1:0:0:1079787648 is failed",
             "58.209 kernel: device-mapper: multipath: 251:0: Reinstating path 8:0.",
             "58.209 0:0:0:1079787648 is active",
             "58.21 kernel: device-mapper: multipath: 251:0: Reinstating path 8:64.",
             "58.21 1:0:0:1079787648 is active"},
            {"2 lines not understood: no time at the beginning"}},
        PastedLog{"11-french-month",
                  {"75961 multipathd: mpathb: addmap [0 2097152 multipath 0 0 1 1 service-time 0 1 "
                   "1 8:128 1]",
                   "75961 sdi is active", "75961 mpathb has sdi", "75961 mpathb is 1 path",
                   "75961.5 multipathd: sdi [8:128]: path added to devmap mpathb"},
                  {}},
        PastedLog{
            "13-journalctl-json",
            {"51200.1 multipathd: checker failed path 8:16 in map mpatha", "51200.1 8:16 is failed",
             "51201.1 kernel: device-mapper: multipath: 253:0: Failing path 8:16."},
            {}},
        PastedLog{"14-cri",
                  {"21720.1 multipathd: checker failed path 8:16 in map mpatha",
                   "21720.1 8:16 is failed"},
                  {}},
        PastedLog{"15-libvirtd", {"21720.1 qemu: error : qemuProcess:123 : internal error"}, {}},
        PastedLog{
            "25-german-month",
            {"75961 multipathd: checker failed path 8:16 in map mpatha", "75961 8:16 is failed",
             "75961.5 multipathd: mpatha: remaining active paths: 1", "75961.5 mpatha is 1 path",
             "5 multipathd: 8:16: reinstated", "5 8:16 is active"},
            {}},
        PastedLog{"26-japanese-month",
                  {"75961 kernel: device-mapper: multipath: 253:0: Failing path 8:16.",
                   "75961 8:16 is failed",
                   "75961 kernel: device-mapper: multipath: 253:0: Reinstating path 8:16.",
                   "75961 8:16 is active"},
                  {}},
        PastedLog{
            "27-russian-month-and-day-first",
            {"75961 multipathd: checker failed path 8:16 in map mpatha", "75961 8:16 is failed",
             "75965 multipathd: 8:16: reinstated", "75965 8:16 is active"},
            {}},
        PastedLog{
            "28-short-full-in-french",
            {"22670 multipathd: checker failed path 8:16 in map mpatha", "22670 8:16 is failed",
             "22671 kernel: device-mapper: multipath: 253:0: Failing path 8:32.",
             "22671 8:32 is failed"},
            {}},
        PastedLog{
            "29-journalctl-export",
            {"51200.1 multipathd: checker failed path 8:16 in map mpatha", "51200.1 8:16 is failed",
             "51201.1 kernel: device-mapper: multipath: 253:0: Failing path 8:32.",
             "51201.1 8:32 is failed"},
            {"not shown: 1 line of other programs (sshd 1)"}},
        PastedLog{
            "30-journalctl-json-pretty",
            {"51200.1 multipathd: checker failed path 8:16 in map mpatha", "51200.1 8:16 is failed",
             "51201.1 kernel: device-mapper: multipath: Failing path 8:16."},
            {}},
        PastedLog{
            "31-journalctl-json-sse",
            {"51200.1 multipathd: 8:16: mark as failed", "51200.1 8:16 is failed", "51200.1 reboot",
             "51300.1 multipathd: 8:16: reinstated", "51300.1 8:16 is active"},
            {"not shown: 1 line of other programs (cron 1)"}},
        PastedLog{
            "32-docker-json-file",
            {"21720.1 multipathd: checker failed path 8:16 in map mpatha", "21720.1 8:16 is failed",
             "21725.6 multipathd: 8:16: reinstated", "21725.6 8:16 is active"},
            {"not shown: 1 line of other programs (container 1)"}},
        PastedLog{
            "33-kubectl-timestamps",
            {"21720.1 multipathd: mpatha: remaining active paths: 1", "21720.1 mpatha is 1 path",
             "21721.1 multipathd: 8:16: reinstated", "21721.1 8:16 is active",
             "21722.1 kernel: device-mapper: multipath: 251:0: Failing path 8:0.",
             "21722.1 8:0 is failed"},
            {"1 line not understood: a time, but no program after it"}},
        PastedLog{
            "34-docker-compose",
            {"21720 multipathd: checker failed path 8:16 in map mpatha", "21720 8:16 is failed",
             "21725 multipathd: 8:16: reinstated", "21725 8:16 is active"},
            {}},
        PastedLog{
            "35-grep",
            {"22670 kernel: device-mapper: multipath: Failing path 8:16.", "22670 8:16 is failed",
             "22671 multipathd: mpatha: remaining active paths: 1", "22671 mpatha is 1 path",
             "22675 multipathd: 8:16: reinstated", "22675 8:16 is active"},
            {}},
        PastedLog{"36-dmesg-variants",
                  {"33.042 kernel: device-mapper: multipath: 251:0: Failing path 8:0.",
                   "33.042 8:0 is failed",
                   "33.042 kernel: device-mapper: multipath: 251:0: Failing path 8:64.",
                   "33.042 8:64 is failed",
                   "38.2 kernel: device-mapper: multipath: 251:0: Reinstating path 8:0.",
                   "38.2 8:0 is active"},
                  {}},
        PastedLog{"37-dmesg-iso",
                  {"22670.1 kernel: sd 3:0:1:0: [sdb] Synchronizing SCSI cache",
                   "22670.1 3:0:1:0 is deleted",
                   "22671 kernel: device-mapper: multipath: 253:0: Failing path 8:16.",
                   "22671 3:0:1:0 is failed"},
                  {"not shown: 1 kernel line not about storage"}},
        PastedLog{"38-cri-partial",
                  {"21720.1 multipathd: mpatha: addmap [0 2097152 multipath 0 0 1 1 service-time 0 "
                   "1 1 8:16 1]",
                   "21720.1 8:16 is active", "21720.1 mpatha has 8:16", "21720.1 mpatha is 1 path",
                   "21721.1 multipathd: mpatha: Entering recovery mode: max_retries=12",
                   "21721.1 mpatha is queueing"},
                  {}},
        PastedLog{
            "39-domain-log",
            {"21660.1 qemu: starting up libvirt version: 9.0.0, package: 4 (Debian), qemu version: "
             "7.2.0",
             "21720.1 qemu: warning: Spice: reds", "21780.1 qemu: shutting down, reason=destroyed"},
            {"3 lines not understood: no time at the beginning"}},
        PastedLog{
            "40-virsh-event",
            {"21720.1 qemu: event 'io-error' for domain 'vm1': /dev/mapper/mpatha (ua-disk0) pause",
             "21720.1 qemu: event 'lifecycle' for domain 'vm1': Suspended I/O Error",
             "22140.1 qemu: event 'lifecycle' for domain 'vm1': Resumed Unpaused"},
            {}},
        PastedLog{
            "41-stamped-twice",
            {"22670 multipathd: checker failed path 8:16 in map mpatha", "22670 8:16 is failed",
             "22671 multipathd: 8:16: reinstated", "22671 8:16 is active"},
            {}},
        PastedLog{"42-names-with-blanks-in-a-log",
                  {"22670 multipathd: checker failed path 8:160 in map 1IET     00010001",
                   "22670 8:160 is failed",
                   "22670.5 multipathd: 1IET     00010001: remaining active paths: 3",
                   "22670.5 1IET     00010001 is 3 paths",
                   "22675 multipathd: 1IET     00010001: load table [0 2097152 multipath 0 0 1 1 "
                   "service-time 0 1 1 8:176 1]",
                   "22675 8:176 is active", "22675 8:160 is removed",
                   "22675 1IET     00010001 has 8:176", "22675 1IET     00010001 is 1 path"},
                  {}},
        PastedLog{
            "43-wrapped-and-quoted",
            {"22670 multipathd: mpatha: load table [0 2097152 multipath 1 queue_if_no_path 0 2 1 "
             "service-time 0 1 1 8:16 1 service-time 0 1 1 8:32 1]",
             "22670 3:0:1:0 is active", "22670 8:32 is active", "22670 mpatha has 3:0:1:0 | 8:32",
             "22670 mpatha is 2 paths", "22671 kernel: sd 3:0:1:0: [sdb] Synchronizing SCSI cache",
             "22671 3:0:1:0 is deleted"},
            {"1 line not understood: no time at the beginning"}}),
    NameOf<PastedLog>);

}  // namespace
}  // namespace dualpath::cli
