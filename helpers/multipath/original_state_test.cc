#include "helpers/multipath/original_state.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/matchers/status_matchers.h"

namespace dualpath::multipath {
namespace {

using ::testing::HasSubstr;

TEST(OriginalStateTest, IsReadBackUnchanged) {
  const TemporaryDirectory directory = *TemporaryDirectory::Create();
  const std::string file = directory.path() + "/multipathd.json";
  ASSERT_OK_AND_ASSIGN(const auto nothing, OriginalState::Read(file));
  EXPECT_FALSE(nothing);

  OriginalState state;
  state.boot_id = "a-b-c";
  state.was_running = true;
  state.maps = {"3600140511"};
  state.files = {{"/etc/multipath/wwids", "# comment\n/3600140511/\n"}};
  state.files["/etc/multipath/bindings"] = "# Daten f\xfcr \xff\x80 \xc3\xa4\n";  // not UTF-8
  state.directories = {"/etc/multipath"};
  ASSERT_OK(state.Write(file));
  ASSERT_OK_AND_ASSIGN(const auto read, OriginalState::Read(file));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->boot_id, state.boot_id);
  EXPECT_TRUE(read->was_running);
  EXPECT_TRUE(read->HadMap("3600140511"));
  EXPECT_FALSE(read->HadMap("3600140522"));
  EXPECT_EQ(read->files, state.files);
  EXPECT_TRUE(read->HadDirectory("/etc/multipath"));
  EXPECT_FALSE(read->HadDirectory("/etc/multipath/conf.d"));

  ASSERT_OK(WriteFileAtomically(file, "{"));
  EXPECT_THAT(OriginalState::Read(file), FailsWith(HasSubstr("multipathd.json")));
}

TEST(WithoutOurLinesTest, KeepsTheHostsLinesAndOrder) {
  const std::string original = "# by hand\nmpathb 3B\nmpatha 3A\n";
  EXPECT_EQ(WithoutOurLines(original + "mpathc 3OURS\n", original, " 3OURS"), original);
  EXPECT_EQ(WithoutOurLines(original, original, " 3OURS"), original);
  EXPECT_EQ(
      WithoutOurLines("# new header\nmpatha 3A\nmpathb 3B\nmpathc 3OURS\n", original, " 3OURS"),
      original)
      << "multipathd sorts the file";
  EXPECT_EQ(WithoutOurLines(original + "mpathc 3OURS\nmpathd 3D\n", original, " 3OURS"),
            original + "mpathd 3D\n")
      << "another disk was added meanwhile";
  EXPECT_EQ(WithoutOurLines("mpathb 3B\nmpathc 3OURS\n", original, " 3OURS"), "mpathb 3B\n")
      << "another disk was removed meanwhile";
}

TEST(WithoutOurLinesTest, KeepsALineThatTheHostHadBefore) {
  const std::string original = "/3OURS/\n/3A/\n";
  EXPECT_EQ(WithoutOurLines(original, original, "/3OURS/"), original);
  EXPECT_EQ(WithoutOurLines(original + "/3B/\n", original, "/3OURS/"), original + "/3B/\n");
}

TEST(HasOnlyCommentsTest, IsTrueForCommentsAndEmptyLines) {
  EXPECT_TRUE(HasOnlyComments(""));
  EXPECT_TRUE(HasOnlyComments("# a\n\n \t\n  # b\n"));
  EXPECT_FALSE(HasOnlyComments("# a\n/3A/\n"));
}

}  // namespace
}  // namespace dualpath::multipath
