#include "helpers/base/text.h"

#include <gtest/gtest.h>

namespace dualpath {
namespace {

TEST(WithoutControls, KeepsTextInAnyLanguage) {
  EXPECT_EQ(WithoutControls("f\xC3\xA9vr. 2\n~ \xE6\x9C\x88"), "f\xC3\xA9vr. 2\n~ \xE6\x9C\x88");
  EXPECT_EQ(WithoutControls(""), "");
}

TEST(WithoutControls, ReplacesWhatATerminalTakesAsACommand) {
  EXPECT_EQ(WithoutControls("a\x1b[2J\x7f\r\t"), "a?[2J???");
  EXPECT_EQ(WithoutControls("CSI \xC2\x9B"
                            "31m, NEL \xC2\x85."),
            "CSI ?31m, NEL ?.");
}

}  // namespace
}  // namespace dualpath
