#include "helpers/observe/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>

#include "helpers/observe/journal.h"

namespace dualpath::observe {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

/// A source that yields what a test puts into it.
class Script {
 public:
  LogSource Source() {
    return [this] { return std::exchange(next_, std::vector<LogMessage>()); };
  }
  void Put(Result<std::vector<LogMessage>> next) { next_ = std::move(next); }

 private:
  Result<std::vector<LogMessage>> next_ = std::vector<LogMessage>();
};

auto Text(const std::string& text) { return Field("text", &LogMessage::text, text); }

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
  Script kernel_;
  Script daemon_;
  LogFollower follower_;
};

TEST_F(LogFollowerTest, MergesSourcesByTime) {
  kernel_.Put({{{"kernel", 10, "a"}, {"kernel", 30, "c"}, {"kernel", 30, "d"}}});
  daemon_.Put({{{"multipathd", 20, "b"}, {"multipathd", 30, "e"}}});
  ASSERT_TRUE(follower_.Refresh().ok());
  EXPECT_THAT(follower_.records(),
              ElementsAre(Text("a"), Text("b"), Text("c"), Text("d"), Text("e")));
}

TEST_F(LogFollowerTest, ShowsWhatCameAfterAMark) {
  kernel_.Put({{{"kernel", 10, "before"}}});
  const auto mark = follower_.MarkNow();
  ASSERT_TRUE(mark.ok()) << mark.error().ToString();
  EXPECT_THAT(follower_.Since(*mark), IsEmpty());
  // Late: it has an earlier time than what is before the mark, and still comes after it.
  daemon_.Put({{{"multipathd", 5, "after"}}});
  EXPECT_THAT(follower_.Since(*mark), IsEmpty()) << "not before the next refresh";
  ASSERT_TRUE(follower_.Refresh().ok());
  EXPECT_THAT(follower_.Since(*mark), ElementsAre(Text("after")));
  EXPECT_THAT(follower_.records(), ElementsAre(Text("before"), Text("after")));
  EXPECT_THAT(follower_.Since(99), IsEmpty());
}

TEST_F(LogFollowerTest, ReadsOnWhenASourceFails) {
  kernel_.Put(Error::Because("read", "kernel log", "it broke"));
  daemon_.Put({{{"multipathd", 20, "b"}}});
  EXPECT_EQ(follower_.Refresh().error().ToString(), "refresh: logs: read: kernel log: it broke");
  EXPECT_THAT(follower_.records(), ElementsAre(Text("b")));
}

// Entries are for the lab: they need a journald. Here is what holds without one.
TEST(Journal, MayHaveNoFilesYet) {
  std::string directory = "/tmp/dualpath-journal-XXXXXX";
  ASSERT_NE(::mkdtemp(directory.data()), nullptr);
  auto journal = Journal::Open({{"multipathd", "libvirtd"}, {"multipathd.service"}}, directory);
  ASSERT_TRUE(journal.ok()) << journal.error().ToString();
  EXPECT_THAT(*journal->Poll(), IsEmpty());
  const LogSource source = AsLogSource(std::move(*journal));
  EXPECT_THAT(*source(), IsEmpty());
  std::filesystem::remove_all(directory);
}

TEST(Journal, NamesTheDirectoryThatIsMissing) {
  EXPECT_EQ(Journal::Open({}, "/no/such/journal").error().ToString(),
            "open journal: /no/such/journal: No such file or directory (errno 2)");
}

}  // namespace
}  // namespace dualpath::observe
