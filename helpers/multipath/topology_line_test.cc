#include "helpers/multipath/topology_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dualpath::multipath {
namespace {

using ::testing::HasSubstr;

template <typename Form>
bool Is(const std::string& text) {
  return std::holds_alternative<Form>(ParseTopologyLine(text).value);
}

TEST(TopologyLine, HasTheFormsOfBothEras) {
  EXPECT_TRUE(Is<PropertiesLine>("size=1.0G features='1 queue_if_no_path' hwhandler='0' wp=rw"));
  EXPECT_TRUE(Is<PropertiesLine>("[size=10 GB][features=\"0\"][hwhandler=\"0\"]"));
  EXPECT_TRUE(Is<GroupLine>("|-+- policy='service-time 0' prio=-1 status=active"));
  EXPECT_TRUE(Is<GroupLine>("\\_ round-robin 0 [prio=-1][enabled]"));
  EXPECT_TRUE(Is<GroupLine>("\\_ round-robin 0 [active]"));
  EXPECT_TRUE(Is<PathLine>("| `- 3:0:1:0 sdb 8:16 active ready running"));
  EXPECT_TRUE(Is<PathLine>("`- #:#:#:# -   #:#  failed faulty unknown"));
  EXPECT_TRUE(Is<PathLine>("\\_ 6:0:0:1 sdd 8:48  [active][ready]"));
  EXPECT_TRUE(Is<PathLine>("\\_ #:#:#:# -   #:#   [failed][faulty]"));
  EXPECT_TRUE(Is<MessageLine>("Nov 05 17:17:03 | DM multipath kernel driver not loaded"));
  EXPECT_TRUE(Is<MessageLine>("24813.628263 | dm_addmap: libdm task=0 error"));
}

TEST(TopologyLine, IsDamagedOrAnother) {
  for (const char* text :
       {"[size=10 GB", "[size=1G]x[features=0]", "\\_ 6:0:0:1 sdd 8:48  [active]",
        "\\_ 6:0:0:1 sdd 8;48  [active][ready]", "\\_ round-robin 0 [prio=1]",
        "\\_ round-robin 0 [prio=x][active]", "\\_ [active]", "\\_ ", "- item",
        "|-+- policy='x' prio=high status=active"}) {
    const TopologyLine line = ParseTopologyLine(text);
    EXPECT_FALSE(line.complete) << text;
    EXPECT_FALSE(std::holds_alternative<PathLine>(line.value)) << text;
    EXPECT_FALSE(std::holds_alternative<GroupLine>(line.value)) << text;
  }
  for (const char* text : {"", "garbage", "a - 3:0:1:0", "see dm-0", "a | b", "x 1:2 | b"}) {
    EXPECT_TRUE(Is<std::monostate>(text)) << text;
  }
}

TEST(MapHead, MayLackBlanksAndHaveBlanksInNames) {
  const auto glued = ParseMapHead("create: 36000402001f45eb5dm-0  NEXSAN  ,SATABoy2", true);
  ASSERT_TRUE(glued);
  EXPECT_EQ(glued->action, "create");
  EXPECT_EQ(glued->wwid, "36000402001f45eb5");
  EXPECT_EQ(glued->dm_name, "dm-0");
  EXPECT_EQ(glued->product, "SATABoy2");
  const auto parentheses = ParseMapHead("mpathd(36001405dd)dm-4 LIO-ORG,storage", false);
  ASSERT_TRUE(parentheses);
  EXPECT_EQ(parentheses->alias, "mpathd");
  EXPECT_EQ(parentheses->wwid, "36001405dd");
  const auto blanks = ParseMapHead("1IET     00010001 dm-4 IET,VIRTUAL-DISK", false);
  ASSERT_TRUE(blanks);
  EXPECT_EQ(blanks->alias, "1IET     00010001");
  const auto comma = ParseMapHead("mpatha (36) dm-6 A,B     ,Internal SD-CARD", false);
  ASSERT_TRUE(comma);
  EXPECT_EQ(comma->vendor, "A,B");
  EXPECT_EQ(comma->product, "Internal SD-CARD");
}

TEST(MapHead, NeedsADmNameAfterTheBracketEra) {
  EXPECT_TRUE(ParseMapHead("mpath1 (3600d0230003228bc000339414edb8101)", true));
  EXPECT_TRUE(ParseMapHead("mpath1 (3600d0230003228bc000339414edb8101) IBM,1814", true));
  EXPECT_TRUE(ParseMapHead("3600d0230003228bc000339414edb8101", true));
  EXPECT_FALSE(ParseMapHead("mpath1 (3600d0230003228bc000339414edb8101)", false));
  for (const char* text : {"", "error calling out", "Nimble,Server", "(x) dm-0 x,y", ": dm-0 x,y",
                           "mpathd (36) dm4 LIO-ORG"}) {
    EXPECT_FALSE(ParseMapHead(text, true)) << text;
    EXPECT_FALSE(ParseMapHead(text, false)) << text;
  }
}

TEST(OtherOutput, IsCalledByItsName) {
  EXPECT_THAT(OtherOutput("hcil     dev dev_t pri dm_st  chk_st"), HasSubstr("'show paths'"));
  EXPECT_THAT(OtherOutput("uuid hcil dev dev_t pri dm_st chk_st"), HasSubstr("-v3"));
  EXPECT_THAT(OtherOutput("name   sysfs uuid"), HasSubstr("'show maps'"));
  EXPECT_THAT(OtherOutput("mpatha: 0 2097152 multipath 0 0 1 1"), HasSubstr("'dmsetup table'"));
  EXPECT_THAT(OtherOutput("NAME   MAJ:MIN RM"), HasSubstr("lsblk"));
  EXPECT_THAT(OtherOutput("defaults {"), HasSubstr("multipath.conf"));
  EXPECT_EQ(OtherOutput("mpatha: 0 2097152 linear 8:16 0"), "");
  EXPECT_EQ(OtherOutput("garbage"), "");
}

}  // namespace
}  // namespace dualpath::multipath
