#include "helpers/multipath/topology_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace dualpath::multipath {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

/// Output of the article's host: Red Hat's 0.4.9, with the vendor padded.
constexpr char kOl7[] =
    "mpathc (36001405a1b2c3d4e5f60718293a4b5c6) dm-0 LIO-ORG ,storage\n"
    "size=1.0G features='1 queue_if_no_path' hwhandler='0' wp=rw\n"
    "|-+- policy='service-time 0' prio=1 status=active\n"
    "| `- 3:0:1:0 sdb 8:16 active ready running\n"
    "`-+- policy='service-time 0' prio=1 status=enabled\n"
    "  `- 4:0:1:0 sdc 8:32 active ready running\n";

Map Ol7Map() {
  Map map;
  map.alias = "mpathc";
  map.wwid = "36001405a1b2c3d4e5f60718293a4b5c6";
  map.dm_name = "dm-0";
  map.vendor = "LIO-ORG";
  map.product = "storage";
  map.size = "1.0G";
  map.features = "1 queue_if_no_path";
  map.hwhandler = "0";
  map.write_protection = "rw";
  map.groups = {
      {"service-time 0",
       1,
       "active",
       {{"3:0:1:0", "sdb", DeviceNumber{8, 16}, "active", "ready", "running"}}},
      {"service-time 0",
       1,
       "enabled",
       {{"4:0:1:0", "sdc", DeviceNumber{8, 32}, "active", "ready", "running"}}},
  };
  return map;
}

/// Returns a map with these path lines.
std::string WithPaths(const std::string& path_lines) {
  return "mpatha (36001405aa) dm-2 LIO-ORG,storage\n"
         "size=256M features='0' hwhandler='1 alua' wp=rw\n"
         "`-+- policy='service-time 0' prio=50 status=active\n" +
         path_lines;
}

std::vector<Path> PathsOf(const std::string& path_lines) {
  const Topology topology = ParseTopology(WithPaths(path_lines));
  EXPECT_THAT(topology.not_understood, IsEmpty()) << path_lines;
  if (topology.maps.size() != 1 || topology.maps[0].groups.size() != 1) {
    ADD_FAILURE() << "expected one map with one group";
    return {};
  }
  return topology.maps[0].groups[0].paths;
}

auto Line(std::size_t number, const std::string& text) {
  return AllOf(Field("line_number", &Unparsed::line_number, number),
               Field("text", &Unparsed::text, text));
}

TEST(ParseTopology, ParsesTheArticlesMap) {
  const Topology topology = ParseTopology(kOl7);
  EXPECT_THAT(topology.not_understood, IsEmpty());
  ASSERT_THAT(topology.maps, SizeIs(1));
  EXPECT_EQ(topology.maps[0], Ol7Map());
}

TEST(ParseTopology, FindsMapsByAliasAndWwid) {
  const Topology topology = ParseTopology(kOl7);
  EXPECT_EQ(topology.Find("mpathc"), &topology.maps[0]);
  EXPECT_EQ(topology.Find("36001405a1b2c3d4e5f60718293a4b5c6"), &topology.maps[0]);
  EXPECT_EQ(topology.Find("mpathd"), nullptr);
}

TEST(ParseTopology, IgnoresBlanksLineEndsAndBold) {
  std::string padded = kOl7;
  for (std::size_t at = 0; (at = padded.find(" ready", at)) != std::string::npos; at += 7) {
    padded.replace(at, 6, "  ready ");
  }
  std::string crlf;
  for (const char c : std::string(kOl7)) crlf += c == '\n' ? "\r\n" : std::string(1, c);
  std::string bold = "\x1b[1m" + std::string(kOl7);
  bold.insert(bold.find('\n'), "\x1b[0m");
  const std::string blank_lines = "\n" + std::string(kOl7) + "\n  \n";
  const std::string unterminated(kOl7, sizeof(kOl7) - 2);
  for (const std::string& text : {padded, crlf, bold, blank_lines, unterminated}) {
    const Topology topology = ParseTopology(text);
    EXPECT_THAT(topology.not_understood, IsEmpty()) << text;
    EXPECT_THAT(topology.maps, ElementsAre(Ol7Map())) << text;
  }
}

TEST(ParseTopology, ParsesActionsAndMapsWithoutADevice) {
  // multipath -v2 of 0.8.5 while it creates a map, before the map is in device-mapper.
  const Topology topology = ParseTopology(
      "create: mpatha (36001405aa) undef LIO-ORG,storage\n"
      "size=256M features='0' hwhandler='1 alua' wp=undef\n"
      "`-+- policy='service-time 0' prio=1 status=undef\n"
      "  `- 2:0:1:0 sda 8:0 undef ready running\n"
      ": mpathb (36001405bb) dm-7 LIO-ORG,storage\n"
      "size=256M features='0' hwhandler='1 alua' wp=ro\n");
  EXPECT_THAT(topology.not_understood, IsEmpty());
  ASSERT_THAT(topology.maps, SizeIs(2));
  EXPECT_EQ(topology.maps[0].action, "create");
  EXPECT_EQ(topology.maps[0].alias, "mpatha");
  EXPECT_EQ(topology.maps[0].dm_name, "undef");
  EXPECT_EQ(topology.maps[0].write_protection, "undef");
  EXPECT_EQ(topology.maps[0].groups[0].status, "undef");
  EXPECT_EQ(topology.maps[0].groups[0].paths[0].dm_state, "undef");
  EXPECT_EQ(topology.maps[1].action, "") << "0.4.9 prints only the colon";
  EXPECT_EQ(topology.maps[1].alias, "mpathb");
  EXPECT_EQ(topology.maps[1].write_protection, "ro");
}

TEST(ParseTopology, UsesTheAliasAsWwidIfNoneIsPrinted) {
  const Topology topology = ParseTopology(
      "36001405ffffffffffffffffffffffffff dm-12 LIO-ORG,disk, with a comma\n"
      "size=20T features='0' hwhandler='0' wp=rw\n");
  ASSERT_THAT(topology.maps, SizeIs(1));
  EXPECT_EQ(topology.maps[0].alias, "36001405ffffffffffffffffffffffffff");
  EXPECT_EQ(topology.maps[0].wwid, topology.maps[0].alias);
  EXPECT_EQ(topology.maps[0].vendor, "LIO-ORG");
  EXPECT_EQ(topology.maps[0].product, "disk, with a comma");
}

TEST(ParseTopology, ParsesMapsWithoutPaths) {
  const Topology topology = ParseTopology(
      "mpatha (36001405aa) dm-0 ##,##\n"
      "size=1.0G features='1 queue_if_no_path' hwhandler='1 alua' wp=rw\n"
      "mpathb (a wwid with blanks) dm-1 \n"  // 0.4.9 prints no placeholder
      "size=1.0G features='0' hwhandler='0' wp=rw\n" +
      std::string(kOl7));
  EXPECT_THAT(topology.not_understood, IsEmpty());
  ASSERT_THAT(topology.maps, SizeIs(3));
  EXPECT_EQ(topology.maps[0].vendor, "##");
  EXPECT_EQ(topology.maps[0].product, "##");
  EXPECT_THAT(topology.maps[0].groups, IsEmpty());
  EXPECT_EQ(topology.maps[1].wwid, "a wwid with blanks");
  EXPECT_EQ(topology.maps[1].vendor, "");
  EXPECT_EQ(topology.maps[2], Ol7Map());
}

TEST(ParseTopology, ParsesAllPathStates) {
  const std::vector<Path> paths = PathsOf(
      "  |- 2:0:1:0 sda  8:0    active ready        running\n"
      "  |- 3:0:1:0 sdb  8:16   failed faulty       offline\n"
      "  |- 4:0:1:0 sdc  8:32   failed ready        running\n"
      "  |- 5:0:1:0 sdd  8:48   active i/o pending  running\n"
      "  |- 6:0:1:0 sde  8:64   failed i/o timeout  running\n"
      "  |- 7:0:1:0 sdf  8:80   failed delayed      running\n"
      "  |- 8:0:1:0 sdg  8:96   failed disconnected running\n"
      "  |- 9:0:1:0 sdaa 65:160 active undef        unknown\n"
      "  |- 9:0:1:16640 sdh 8:112 active ghost running\n"
      "  `- 9:0:1:1 sdi 8:128 active brandnew running\n");
  ASSERT_THAT(paths, SizeIs(10));
  std::vector<std::string> states;
  states.reserve(paths.size());
  for (const Path& path : paths) {
    states.push_back(path.dm_state + "/" + path.checker_state + "/" + path.device_state);
  }
  EXPECT_THAT(states, ElementsAre("active/ready/running", "failed/faulty/offline",
                                  "failed/ready/running", "active/i/o pending/running",
                                  "failed/i/o timeout/running", "failed/delayed/running",
                                  "failed/disconnected/running", "active/undef/unknown",
                                  "active/ghost/running", "active/brandnew/running"));
  EXPECT_EQ(paths[7].device_number, (DeviceNumber{65, 160}));
  EXPECT_EQ(paths[8].hctl, "9:0:1:16640");
}

TEST(ParseTopology, ParsesPlaceholders) {
  const std::vector<Path> paths = PathsOf(
      "  |- #:#:#:# sdb 8:16  active undef unknown\n"
      "  |- #:#:#:# -   #:#   failed undef unknown\n"
      "  `- #:#:#:# -   ##:## failed undef unknown\n");
  ASSERT_THAT(paths, SizeIs(3));
  EXPECT_EQ(paths[0].hctl, "#:#:#:#");
  EXPECT_EQ(paths[0].device_number, (DeviceNumber{8, 16}));
  EXPECT_EQ(paths[1], (Path{"#:#:#:#", "-", std::nullopt, "failed", "undef", "unknown"}));
  EXPECT_EQ(paths[2], paths[1]);
}

TEST(ParseTopology, ParsesNativeNvme) {
  const Topology topology = ParseTopology(
      "uuid.0a1b2c [nvme]:nvme0n1 NVMe,Linux target,6.12\n"
      "size=2097152 features='n/a' hwhandler='ANA' wp=rw\n"
      "`-+- policy='n/a' prio=50 status=optimized\n"
      "  `- 0:1:1 nvme0c0n1 0:0 n/a optimized live\n");
  EXPECT_THAT(topology.not_understood, IsEmpty());
  ASSERT_THAT(topology.maps, SizeIs(1));
  EXPECT_EQ(topology.maps[0].dm_name, "[nvme]:nvme0n1");
  EXPECT_EQ(topology.maps[0].groups[0].paths[0].device_state, "live");
}

TEST(ParseTopology, ListsWarnings) {
  const std::string warning =
      "Nov 22 12:20:01 | /etc/multipath.conf line 9, invalid keyword: detect_pgpolicy";
  const std::string lookalike = "error: mpathq dm-9 is busy, trying again";
  const Topology topology = ParseTopology(warning + "\n" + lookalike + "\n\n" + kOl7 +
                                          "12.345 | sdq: no such thing\n" + kOl7);
  EXPECT_THAT(topology.maps, ElementsAre(Ol7Map(), Ol7Map()));
  EXPECT_THAT(topology.not_understood, ElementsAre(Line(1, warning), Line(2, lookalike),
                                                   Line(10, "12.345 | sdq: no such thing")));
}

TEST(ParseTopology, ListsVerboseOutput) {
  const Topology topology = ParseTopology(
      "===== paths list =====\n"
      "uuid             hcil    dev dev_t pri dm_st chk_st vend/prod/rev       dev_st \n"
      "36001405a1b2c3d4 3:0:1:0 sdb 8:16  1   undef undef  LIO-ORG,storage,4.0 running\n" +
      std::string(kOl7));
  EXPECT_THAT(topology.maps, ElementsAre(Ol7Map()));
  EXPECT_THAT(topology.not_understood, SizeIs(3));
}

TEST(ParseTopology, ListsLinesBelowOneThatCannotBeParsed) {
  const std::string second =
      "mpathd (36001405dd) dm4 LIO-ORG,storage\n"
      "size=2.0G features='0' hwhandler='0' wp=rw\n"
      "`-+- policy='service-time 0' prio=1 status=active\n"
      "  `- 7:0:1:0 sdf 8:80 active ready running\n";
  const Topology head = ParseTopology(kOl7 + second);
  EXPECT_THAT(head.maps, ElementsAre(Ol7Map()));
  EXPECT_THAT(head.not_understood,
              ElementsAre(Line(7, "mpathd (36001405dd) dm4 LIO-ORG,storage"),
                          Line(8, "size=2.0G features='0' hwhandler='0' wp=rw"),
                          Line(9, "`-+- policy='service-time 0' prio=1 status=active"),
                          Line(10, "  `- 7:0:1:0 sdf 8:80 active ready running")));

  const Topology group = ParseTopology(std::string(kOl7) +
                                       "`-+- policy='service-time 0' prio=high status=active\n"
                                       "  `- 7:0:1:0 sdf 8:80 active ready running\n");
  EXPECT_THAT(group.maps, ElementsAre(Ol7Map()));
  EXPECT_THAT(group.not_understood, SizeIs(2));
}

TEST(ParseTopology, KeepsAndListsPartlyParsedLines) {
  const Topology topology = ParseTopology(
      "mpatha (36001405aa) dm-0 LIO-ORG,storage\n"
      "size=1.0G features='0' wp=rw colour=blue\n"
      "`-+- policy='service-time 0' prio=1 status=active mood='good'\n"
      "  |- 3:0:1:0 sdb 8:16 active ready running twice\n"
      "  |- 3:0:1:0 sdb 8;16 active ready running\n"
      "  `- 3:0:1:0 sdb\n");
  ASSERT_THAT(topology.maps, SizeIs(1));
  EXPECT_EQ(topology.maps[0].size, "1.0G");
  EXPECT_EQ(topology.maps[0].write_protection, "rw");
  EXPECT_EQ(topology.maps[0].hwhandler, "");
  ASSERT_THAT(topology.maps[0].groups, SizeIs(1));
  ASSERT_THAT(topology.maps[0].groups[0].paths, SizeIs(1));
  EXPECT_EQ(topology.maps[0].groups[0].paths[0].device_state, "running");
  std::vector<std::size_t> lines;
  for (const Unparsed& line : topology.not_understood) lines.push_back(line.line_number);
  EXPECT_THAT(lines, ElementsAre(2, 3, 4, 5, 6));
}

TEST(ParseTopology, ListsATruncatedLastLine) {
  const std::string whole = kOl7;
  for (std::size_t length = 1; length < whole.size(); ++length) {
    const std::string text = whole.substr(0, length);
    const Topology topology = ParseTopology(text);
    for (const Map& map : topology.maps) {
      for (const PathGroup& group : map.groups) {
        EXPECT_THAT(group.status, AnyOf("active", "enabled")) << text;
        for (const Path& path : group.paths) EXPECT_EQ(path.device_state, "running") << text;
      }
    }
    const std::size_t line_begin = text.rfind('\n') + 1;
    const std::string last_line = text.substr(line_begin);
    if (last_line.find_first_not_of(' ') == std::string::npos) continue;
    const Topology with_whole_line = ParseTopology(whole.substr(0, whole.find('\n', length) + 1));
    if (topology == with_whole_line) continue;
    ASSERT_THAT(topology.not_understood, Not(IsEmpty())) << text;
    EXPECT_EQ(topology.not_understood.back().text, last_line);
  }
}

TEST(ParseTopology, AcceptsAnyBytes) {
  const Topology topology = ParseTopology(
      "mpath\xe9 (36001405aa) dm-0 L\xffO,stor\xfe"
      "age\n"
      "size=1.0G features='0' hwhandler='0' wp=rw\n\xc3\x28\n");
  ASSERT_THAT(topology.maps, SizeIs(1));
  EXPECT_EQ(topology.maps[0].alias, "mpath\xe9");
  EXPECT_EQ(topology.maps[0].vendor, "L\xffO");
  EXPECT_THAT(topology.not_understood, ElementsAre(Line(3, "\xc3\x28")));

  EXPECT_EQ(ParseTopology(""), Topology{});
  for (const char* text : {"`", "|", "\x1b[", "\x1b[1", "size=", "size='", "-+- ", "- ", "dm-0",
                           " dm-0 ,\nsize=", ": dm-0 x,y\nsize=1", "(x) dm-0 x,y\nsize=1"}) {
    EXPECT_THAT(ParseTopology(text).not_understood.size() + ParseTopology(text).maps.size() +
                    (std::string(text).find('\x1b') == 0 ? 1 : 0),
                ::testing::Ge(1U))
        << text;
  }
  std::mt19937 random(1);
  const std::string alphabet = std::string("`|-+ =':,()[]#\n\r\x1b\xff") + "sizedm01";
  for (int round = 0; round < 2000; ++round) {
    std::string noise = round % 2 == 0 ? kOl7 : "";
    for (int i = 0; i < 60; ++i) {
      const auto at = noise.empty() ? 0 : random() % noise.size();
      noise.insert(at, 1, alphabet[random() % alphabet.size()]);
    }
    for (const Unparsed& line : ParseTopology(noise).not_understood) {
      EXPECT_NE(noise.find(line.text), std::string::npos) << noise;
    }
  }
  const std::string long_line = std::string(1 << 20, 'x') + " dm-0 " + std::string(1 << 20, '(');
  EXPECT_THAT(ParseTopology(long_line).not_understood, ElementsAre(Line(1, long_line)));
}

}  // namespace
}  // namespace dualpath::multipath
