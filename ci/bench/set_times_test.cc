#include "ci/bench/set_times.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>

#include "ci/results/fake_results.h"

namespace dualpath::bench {
namespace {

namespace fs = std::filesystem;
using results::FakeResults;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

class SetTimesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    results_.WriteCase("Failover.Short", "", 5, 50);
    results_.WriteCase("Failover.Long", "", 20, 100);
    results_.WriteCase("Failover.Skips", FakeResults::kSkipped, 3, 3);
  }

  FakeResults results_;
};

TEST_F(SetTimesTest, SortsByTimeAndOmitsSkippedCases) {
  const SetTimes times = ReadSetTimes(results_.path());
  EXPECT_THAT(times.cases, ElementsAre(Field(&CaseTime::name, "Failover.Long"),
                                       Field(&CaseTime::name, "Failover.Short")));
  EXPECT_EQ(times.cases[1].Ratio(), 10);
  EXPECT_EQ(times.RealSeconds(), 25);
  EXPECT_EQ(times.VirtualSeconds(), 150);
  EXPECT_EQ(times.wall_seconds, std::nullopt);
}

TEST_F(SetTimesTest, HasTheDurationOfTheWholeRun) {
  FakeResults::Write(results_.path() + "/run.json", "{\"wall_seconds\": 15.5, \"jobs\": 2}\n");
  const SetTimes times = ReadSetTimes(results_.path());
  EXPECT_EQ(times.wall_seconds, 15.5);
  EXPECT_EQ(times.jobs, 2);
}

TEST_F(SetTimesTest, HasNoDurationIfACaseWasRerun) {
  const std::string file = results_.path() + "/run.json";
  FakeResults::Write(file, "{\"wall_seconds\": 15.5, \"jobs\": 2}\n");
  fs::last_write_time(file, fs::last_write_time(file) - std::chrono::minutes(1));
  EXPECT_EQ(ReadSetTimes(results_.path()).wall_seconds, std::nullopt);
}

TEST_F(SetTimesTest, HasNoDurationIfItIsInvalid) {
  for (const char* content :
       {"", "[]", "{}", "{\"wall_seconds\": \"1\"}", "{\"wall_seconds\": 0}"}) {
    SCOPED_TRACE(content);
    FakeResults::Write(results_.path() + "/run.json", content);
    EXPECT_EQ(ReadSetTimes(results_.path()).wall_seconds, std::nullopt);
  }
}

TEST(SetTimes, HasNoCasesWithoutResults) {
  EXPECT_THAT(ReadSetTimes("/nonexistent").cases, IsEmpty());
}

}  // namespace
}  // namespace dualpath::bench
