#include "helpers/lab/watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "helpers/base/unique_fd.h"

namespace dualpath::lab {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;

constexpr milliseconds kInterval{1};

/// A VM that uses `share` nanoseconds of CPU time in each interval, and never answers.
class WatchTest : public ::testing::Test {
 protected:
  WatchTest() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe(ends.data()), 0);
    reader_ = UniqueFd(ends[0]);
    writer_ = UniqueFd(ends[1]);
  }

  Status Wait(Limit limit, nanoseconds in_each_look) {
    Watch watch(limit, Using(in_each_look), {}, kInterval);
    return watch.AwaitReadable(reader_.get());
  }

  Watch::CpuTime Using(nanoseconds in_each_look) {
    return [this, in_each_look] {
      ++looks_;
      return used_ += in_each_look;
    };
  }

  UniqueFd reader_;
  UniqueFd writer_;
  nanoseconds used_{0};
  int looks_ = 0;
};

TEST_F(WatchTest, EndsAtTheLimitOfCpuTimeHoweverLittleRealTimeThatTakes) {
  const Status ended = Wait({seconds(300)}, seconds(100));
  ASSERT_FALSE(ended.ok());
  EXPECT_THAT(ended.error().ToString(), HasSubstr("no answer within 300 s of CPU time"));
  EXPECT_LT(looks_, 10);
}

// On a loaded machine, a VM gets a small part of a CPU. It may take any real time: here many times
// what a VM may stand still.
TEST_F(WatchTest, AVmThatGetsLittleOfTheCpuIsWaitedFor) {
  const Limit limit{seconds(300), milliseconds(10)};
  constexpr int kIntervals = 500;
  Watch watch(
      limit, Using(nanoseconds(kInterval) / 200),
      [this]() -> Status {
        if (looks_ < kIntervals) return Ok{};
        return Error::Because("look", "the VM", "still waiting");
      },
      kInterval);
  EXPECT_THAT(watch.AwaitReadable(reader_.get()).error().ToString(), HasSubstr("still waiting"));
}

TEST_F(WatchTest, AVmThatDoesNotRunIsNotWaitedFor) {
  const Limit limit{seconds(300), milliseconds(100)};
  const Status ended = Wait(limit, nanoseconds(10));
  ASSERT_FALSE(ended.ok());
  EXPECT_THAT(ended.error().ToString(), HasSubstr("the VM does not run: it used 0 ms of CPU time"));
}

TEST_F(WatchTest, AnAnswerEndsTheWait) {
  ASSERT_EQ(::write(writer_.get(), "x", 1), 1);
  EXPECT_TRUE(Wait({seconds(300)}, nanoseconds(0)).ok());
}

TEST_F(WatchTest, AVmThatNeverStopsWritingEnds) {
  ASSERT_EQ(::write(writer_.get(), "x", 1), 1);
  Watch watch({seconds(2)}, Using(milliseconds(100)), {}, kInterval);
  Status waited = Ok{};
  while (waited.ok() && looks_ < 1000) waited = watch.AwaitReadable(reader_.get());
  EXPECT_FALSE(waited.ok());
}

TEST_F(WatchTest, WaitsForACondition) {
  int calls = 0;
  Watch watch({seconds(2), milliseconds(50)}, Using(nanoseconds(0)), {}, kInterval);
  EXPECT_TRUE(watch.Until([&] { return ++calls == 3; }).ok());
  EXPECT_FALSE(watch.Until([] { return false; }).ok());
}

TEST(Watch, ReadsTheCpuTimeOfAProcess) {
  const Watch::CpuTime own = Watch::OfProcess(::getpid());
  const nanoseconds before = own();
  EXPECT_GT(before, nanoseconds(0));
  while (own() - before < milliseconds(5)) {
  }
  const pid_t ended = ::fork();
  if (ended == 0) ::_exit(0);
  ASSERT_EQ(::waitpid(ended, nullptr, 0), ended);
  EXPECT_EQ(Watch::OfProcess(ended)(), nanoseconds(0));
}

}  // namespace
}  // namespace dualpath::lab
