#include "ci/flakes/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <set>
#include <thread>

#include "helpers/base/deadline.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/matchers/status_matchers.h"

namespace dualpath::flakes {
namespace {

using results::Verdict;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAreArray;

const std::vector<std::string> kCases{"A.A", "A.B", "A.C", "A.D", "A.E", "A.F", "A.G", "A.H"};

TEST(OrderOf, HasEveryCaseOnce) {
  EXPECT_THAT(OrderOf(kCases, 1, 1), UnorderedElementsAreArray(kCases));
  EXPECT_THAT(OrderOf({}, 1, 1), IsEmpty());
}

TEST(OrderOf, DependsOnSeedAndRoundOnly) {
  std::vector<std::string> reversed(kCases.rbegin(), kCases.rend());
  EXPECT_EQ(OrderOf(kCases, 1, 1), OrderOf(reversed, 1, 1));
  EXPECT_NE(OrderOf(kCases, 1, 1), OrderOf(kCases, 1, 2));
  EXPECT_NE(OrderOf(kCases, 1, 1), OrderOf(kCases, 2, 1));
  EXPECT_NE(OrderOf(kCases, 1, 1), OrderOf(kCases, std::uint64_t{1} << 32U, 1));
}

TEST(OrderOf, PutsEachCaseInEachPlace) {
  std::set<std::pair<std::string, std::size_t>> seen;
  for (int round = 0; round < 200; ++round) {
    const auto order = OrderOf(kCases, 1, round);
    for (std::size_t i = 0; i < order.size(); ++i) seen.emplace(order[i], i);
  }
  EXPECT_THAT(seen, SizeIs(kCases.size() * kCases.size()));
}

class PlanTest : public ::testing::Test {
 protected:
  Ledger Open(int jobs = 1) const {
    return *Ledger::Open(directory_.path() + "/runs.ndjson", {7, 0, jobs, "b", kCases}, true);
  }

  TemporaryDirectory directory_ = *TemporaryDirectory::Create();
};

const Progress kQuiet = [](const CaseRun& /*run*/, std::size_t /*done*/, std::size_t /*all*/) {};

CaseRun Pass(const std::string& /*name*/, int /*round*/) { return {"", 0, Verdict::kPassed, 1}; }

TEST_F(PlanTest, RunsEachRoundInItsOrder) {
  Ledger ledger = Open();
  ASSERT_OK(RunPlan(ledger, 2, Pass, kQuiet));
  std::vector<std::string> wanted = OrderOf(kCases, 7, 1);
  for (const std::string& name : OrderOf(kCases, 7, 2)) wanted.push_back(name);
  std::vector<std::string> ran;
  for (const CaseRun& run : ledger.runs()) ran.push_back(run.name);
  EXPECT_EQ(ran, wanted);
  EXPECT_EQ(ledger.runs().front().round, 1);
  EXPECT_EQ(ledger.runs().back().round, 2);
}

TEST_F(PlanTest, RunsTheRestAfterItWasKilled) {
  constexpr int kBeforeTheEnd = 11;
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    Ledger ledger = Open();
    int runs = 0;
    static_cast<void>(RunPlan(
        ledger, 2,
        [&](const std::string& name, int round) {
          if (++runs > kBeforeTheEnd) ::kill(::getpid(), SIGKILL);
          return Pass(name, round);
        },
        kQuiet));
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));

  Ledger ledger = Open();
  ASSERT_THAT(ledger.runs(), SizeIs(kBeforeTheEnd));
  std::vector<CaseRun> rest;
  std::vector<std::size_t> done;
  ASSERT_OK(RunPlan(ledger, 2, Pass, [&](const CaseRun& run, std::size_t so_far, std::size_t all) {
    EXPECT_EQ(all, 16U);
    rest.push_back(run);
    done.push_back(so_far);
  }));
  EXPECT_THAT(rest, SizeIs(16 - kBeforeTheEnd));
  EXPECT_EQ(done.front(), kBeforeTheEnd + 1U);
  std::set<std::pair<std::string, int>> all;
  for (const CaseRun& run : ledger.runs()) all.emplace(run.name, run.round);
  EXPECT_THAT(all, SizeIs(16));
  EXPECT_THAT(ledger.runs(), SizeIs(16));
}

TEST_F(PlanTest, GoesOnWithMoreRounds) {
  {
    Ledger ledger = Open();
    ASSERT_OK(RunPlan(ledger, 1, Pass, kQuiet));
  }
  Ledger ledger = Open();
  ASSERT_OK(RunPlan(ledger, 3, Pass, kQuiet));
  EXPECT_THAT(ledger.runs(), SizeIs(kCases.size() * 3));
}

TEST_F(PlanTest, RunsSeveralAtATime) {
  constexpr int kJobs = 4;
  Ledger ledger = Open(kJobs);
  std::atomic<int> waiting{0};
  std::atomic<bool> together{false};
  ASSERT_OK(RunPlan(
      ledger, 1,
      [&](const std::string& name, int round) {
        ++waiting;
        const Deadline deadline = Deadline::In(std::chrono::seconds(20));
        while (!together && !deadline.Expired()) {
          if (waiting == kJobs) together = true;
          std::this_thread::yield();
        }
        return Pass(name, round);
      },
      kQuiet));
  EXPECT_TRUE(together);
  EXPECT_THAT(ledger.runs(), SizeIs(kCases.size()));
}

TEST_F(PlanTest, EndsIfARunCannotBeRecorded) {
  Ledger ledger = Open();
  std::filesystem::remove(directory_.path() + "/runs.ndjson");
  int runs = 0;
  EXPECT_THAT(RunPlan(
                  ledger, 2,
                  [&](const std::string& name, int round) {
                    ++runs;
                    return Pass(name, round);
                  },
                  kQuiet),
              FailsWith(HasSubstr("record a run")));
  EXPECT_EQ(runs, 1);
}

}  // namespace
}  // namespace dualpath::flakes
