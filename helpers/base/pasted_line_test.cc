#include "helpers/base/pasted_line.h"

#include <gtest/gtest.h>

namespace dualpath {
namespace {

std::string Plain(std::string_view line) {
  std::string buffer;
  return std::string(WithoutPasteMarks(line, buffer));
}

TEST(PastedLine, LosesWhatWasPutAroundIt) {
  for (const char* line : {
           "May 20 x: y",
           "  May 20 x: y  \t\r",
           "> May 20 x: y",
           ">> May 20 x: y",
           "> > \tMay 20 x: y",
           "\u2502 May 20 x: y   \u2502",
           "\u2503May 20 x: y\u2503",
           "| May 20 x: y |",
           "\x1b[1mMay 20 x: y\x1b[0m",
           "\ufeffMay 20 x: y",
           "\u00a0May 20 x: y\u00a0",
           "<pre>May 20 x: y",
           "May 20 x: y</pre>",
           "[code]May 20 x: y",
           "```May 20 x: y```",
           "\"May 20 x: y\"",
           "    \"May 20 x: y\",",
           "'May 20 x: y'",
           "multipathd> May 20 x: y",
           "multipathd> multipathd>May 20 x: y",
       }) {
    EXPECT_EQ(Plain(line), "May 20 x: y") << line;
  }
}

TEST(PastedLine, IsNothingIfItIsOnlyAPromptOrMarks) {
  for (const char* line : {"", " ", "multipathd>", "multipathd> ", "#", "$ ", "[root@host ~]#",
                           "[root@host ~]# ", "user@host:~$", "host:~ #", "bash-4.2# ", "> ", "```",
                           "+-----+", "</pre>", "\u250c\u2500\u2500\u2510", "\x1b[0m"}) {
    EXPECT_EQ(Plain(line), "") << line;
  }
}

TEST(PastedLine, KeepsMultipathsTreeAndOtherText) {
  for (const char* line :
       {"| `- 3:0:1:0 sdb 8:16 active ready running", "|-+- policy='service-time 0'",
        "| |- 5:0:0:2 sdf 8:80  active ready running", "`-+- policy='service-time 0' prio=1",
        "\\_ round-robin 0 [prio=1][active]", "[root@host ~]# multipath -ll", "a > b", ">b",
        "\"a\": \"b\"", "[size=10 GB][features=\"0\"]", "'", "12.5 %x"}) {
    EXPECT_EQ(Plain(line), line) << line;
  }
}

}  // namespace
}  // namespace dualpath
