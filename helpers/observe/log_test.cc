#include "helpers/observe/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helpers/base/temporary_directory.h"
#include "helpers/observe/journal.h"

namespace dualpath::observe {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

/// A source that returns what the test puts into it.
class FakeSource {
 public:
  LogSource Source() {
    return [this] { return std::exchange(next_, std::vector<LogMessage>()); };
  }
  void Put(Result<std::vector<LogMessage>> next) { next_ = std::move(next); }

 private:
  Result<std::vector<LogMessage>> next_ = std::vector<LogMessage>();
};

auto Text(const std::string& text) { return Field("text", &LogMessage::text, text); }

TEST(Log, IsPrintedByItsLength) {
  const std::vector<LogMessage> lines(2, {"multipathd", 1, "mpatha: Disable queueing"});
  EXPECT_EQ(::testing::PrintToString(lines), "2 log lines");
}

TEST(LogMessage, PrintsLikeTheKernelLog) {
  EXPECT_EQ((LogMessage{"multipathd", 12345678, "mpatha: x"}).ToString(),
            "[   12.345678] multipathd: mpatha: x");
}

class LogFollowerTest : public ::testing::Test {
 protected:
  LogFollowerTest() {
    follower_.AddSource(kernel_.Source());
    follower_.AddSource(daemon_.Source());
  }
  FakeSource kernel_;
  FakeSource daemon_;
  LogFollower follower_;
};

TEST_F(LogFollowerTest, MergesSourcesByTime) {
  kernel_.Put({{{"kernel", 10, "a"}, {"kernel", 30, "c"}, {"kernel", 30, "d"}}});
  daemon_.Put({{{"multipathd", 20, "b"}, {"multipathd", 30, "e"}}});
  ASSERT_TRUE(follower_.Refresh().ok());
  EXPECT_THAT(follower_.messages(),
              ElementsAre(Text("a"), Text("b"), Text("c"), Text("d"), Text("e")));
}

TEST_F(LogFollowerTest, ReturnsMessagesAfterAMark) {
  kernel_.Put({{{"kernel", 10, "before"}}});
  const auto mark = follower_.MarkNow();
  ASSERT_TRUE(mark.ok()) << mark.error().ToString();
  EXPECT_THAT(follower_.Since(*mark), IsEmpty());
  // Its time is earlier than that of the message before the mark.
  daemon_.Put({{{"multipathd", 5, "after"}}});
  EXPECT_THAT(follower_.Since(*mark), IsEmpty()) << "not before the next refresh";
  ASSERT_TRUE(follower_.Refresh().ok());
  EXPECT_THAT(follower_.Since(*mark), ElementsAre(Text("after")));
  EXPECT_THAT(follower_.messages(), ElementsAre(Text("before"), Text("after")));
  EXPECT_THAT(follower_.Since(99), IsEmpty());
}

TEST_F(LogFollowerTest, ReadsTheOtherSourcesIfOneFails) {
  kernel_.Put(Error::Because("read", "kernel log", "broken"));
  daemon_.Put({{{"multipathd", 20, "b"}}});
  EXPECT_EQ(follower_.Refresh().error().ToString(),
            "read new messages: logs: read: kernel log: broken");
  EXPECT_THAT(follower_.messages(), ElementsAre(Text("b")));
}

// Reading entries is tested in the lab, since it needs journald.
TEST(Journal, MayHaveNoFilesYet) {
  const auto directory = TemporaryDirectory::Create();
  ASSERT_TRUE(directory.ok()) << directory.error().ToString();
  auto journal =
      Journal::Open({{"multipathd", "libvirtd"}, {"multipathd.service"}}, directory->path());
  ASSERT_TRUE(journal.ok()) << journal.error().ToString();
  EXPECT_THAT(*journal->Poll(), IsEmpty());
  const LogSource source = AsLogSource(std::move(*journal));
  EXPECT_THAT(*source(), IsEmpty());
}

TEST(Journal, KnowsWhenJournaldDroppedLines) {
  const std::vector<std::string> programs = {"multipathd", "libvirtd"};
  EXPECT_TRUE(IsLossOf(programs, "Suppressed 12 messages from multipathd.service"));
  EXPECT_TRUE(IsLossOf(programs, "Suppressed 7 messages from /system.slice/libvirtd.service"));
  EXPECT_FALSE(IsLossOf(programs, "Suppressed 12 messages from sshd.service"));
  EXPECT_FALSE(IsLossOf(programs, "Suppressed 12 messages from not-multipathd.service"));
  EXPECT_FALSE(IsLossOf(programs, "Journal stopped"));
  EXPECT_FALSE(IsLossOf(programs, ""));
}

TEST(Journal, NamesTheMissingDirectory) {
  EXPECT_EQ(Journal::Open({}, "/no/such/journal").error().ToString(),
            "open journal: /no/such/journal: No such file or directory (errno 2)");
}

}  // namespace
}  // namespace dualpath::observe
