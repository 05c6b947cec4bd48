#include "helpers/observe/log_marks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace dualpath::observe {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

Deadline Soon() { return Deadline::In(std::chrono::seconds(10)); }

auto Text(const std::string& text) { return Field("text", &LogMessage::text, text); }

/// A program whose lines arrive some reads after they were logged, as journald's do.
class SlowProgram {
 public:
  explicit SlowProgram(int delay) : delay_(delay) {}

  void Log(const std::string& text) { pending_.push_back({"multipathd", 1, text}); }
  LogMarker Marker() {
    return [this](const std::string& mark) -> Status {
      Log(mark + ": remove path (operator)");
      Log(mark + ": path already removed");
      return Ok{};
    };
  }
  LogSource Source() {
    return [this]() -> Result<std::vector<LogMessage>> {
      if (--delay_ > 0 || pending_.empty()) return std::vector<LogMessage>();
      std::vector<LogMessage> next = {pending_.front()};
      pending_.erase(pending_.begin());
      return next;
    };
  }

 private:
  int delay_;
  std::vector<LogMessage> pending_;
};

TEST(LogMarks, CatchesUpWithLinesThatHaveNotArrivedYet) {
  SlowProgram program(3);
  LogMarks marks;
  LogFollower follower;
  follower.AddSource(marks.Without(program.Source()));
  program.Log("path removed");
  ASSERT_TRUE(follower.Refresh().ok());
  EXPECT_THAT(follower.messages(), IsEmpty()) << "a mark here would be too early";

  ASSERT_TRUE(marks.CatchUp(follower, program.Marker(), Soon()).ok());
  EXPECT_THAT(follower.messages(), ElementsAre(Text("path removed")));
  const std::size_t mark = follower.messages().size();
  program.Log("path added");
  ASSERT_TRUE(marks.CatchUp(follower, program.Marker(), Soon()).ok());
  EXPECT_THAT(follower.Since(mark), ElementsAre(Text("path added"))) << "without marks";
}

TEST(LogMarks, FailsToCatchUpIfTheMarkIsLost) {
  LogMarks marks;
  LogFollower follower;
  follower.AddSource(marks.Without([sent = false]() mutable -> Result<std::vector<LogMessage>> {
    if (std::exchange(sent, true)) return std::vector<LogMessage>();
    return std::vector<LogMessage>{{"multipathd", 20, "the last"}};
  }));
  const Status caught_up = marks.CatchUp(
      follower, [](const std::string& /*mark*/) { return Ok{}; },
      Deadline::In(std::chrono::milliseconds(1)));
  ASSERT_FALSE(caught_up.ok());
  EXPECT_THAT(caught_up.error().ToString(),
              MatchesRegex("read the log up to: dualpath-mark-[0-9]+-[0-9]+\\.: deadline expired; "
                           "last seen: .*multipathd: the last"));
}

TEST(LogMarks, FailsIfTheProgramCannotBeAsked) {
  LogMarks marks;
  LogFollower follower;
  const Status caught_up = marks.CatchUp(
      follower,
      [](const std::string& /*mark*/) -> Status {
        return Error::Because("ask", "multipathd", "not running");
      },
      Soon());
  ASSERT_FALSE(caught_up.ok());
  EXPECT_EQ(caught_up.error().ToString(), "ask: multipathd: not running");
}

}  // namespace
}  // namespace dualpath::observe
