#include "helpers/matchers/log_matchers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helpers/matchers/explanation.h"
#include "helpers/matchers/status_matchers.h"

namespace dualpath {
namespace {

using std::chrono::microseconds;
using ::testing::DescribeMatcher;
using ::testing::Not;

const PathId kSda{"3:0:1:0", {8, 0}, "sda"};
const PathId kSdb{"4:0:1:0", {8, 16}, "sdb"};

Log LogOf(const std::vector<std::string>& lines) {
  Log log;
  for (const std::string& line : lines) {
    log.push_back({"multipathd", static_cast<std::int64_t>(log.size() + 1) * 1000000, line});
  }
  return log;
}

void ExpectEach(const LogEvent& event, const std::vector<std::string>& wordings) {
  for (const std::string& wording : wordings) EXPECT_THAT(LogOf({wording}), Logs(event));
}

void ExpectNone(const LogEvent& event, const std::vector<std::string>& others) {
  for (const std::string& other : others) EXPECT_THAT(LogOf({other}), Not(Logs(event)));
}

TEST(Logs, ShowsTheLineThatMatched) {
  const auto matcher = Logs(LineContaining("queueing"));
  const Log log = LogOf({"mpatha: something", "mpatha: Disable queueing", "more of queueing"});
  ::testing::StringMatchResultListener why;
  EXPECT_TRUE(matcher.MatchAndExplain(log, &why));
  EXPECT_EQ(why.str(), "which has the line [    2.000000] multipathd: mpatha: Disable queueing");
  EXPECT_EQ(WhyNot(Not(matcher), log), why.str())
      << "the line that should not have been logged is shown";
}

TEST(Logs, ExplainsHowManyLinesItSearched) {
  EXPECT_EQ(WhyNot(Logs(LineContaining("x")), LogOf({"a", "b"})),
            "in which none of 2 lines matches; the last is [    2.000000] multipathd: b");
  EXPECT_EQ(WhyNot(Logs(LineContaining("x")), Log()), "which is empty");
}

TEST(Logs, DescribesTheEventAndItsNegation) {
  EXPECT_EQ(DescribeMatcher<const Log&>(Logs(DisablesQueueing("mpatha"))),
            "logs mpatha: disable queueing");
  EXPECT_EQ(DescribeMatcher<const Log&>(Logs(DisablesQueueing("mpatha")), true),
            "does not log mpatha: disable queueing");
  EXPECT_EQ(LoadsTable("mpatha", {{kSdb}, {kSda}}).description,
            "mpatha: table load with paths 8:16 | 8:0");
  EXPECT_EQ(RemovesPath("mpatha", kSdb).description, "mpatha: path removed: 4:0:1:0 (sdb 8:16)");
  EXPECT_EQ(AddsPath("mpatha", kSdb).description, "mpatha: path added: 4:0:1:0 (sdb 8:16)");
  EXPECT_EQ(LeavesActivePaths("mpatha", 1).description, "mpatha: remaining active paths: 1");
  EXPECT_EQ(EntersRecovery("mpatha", 10).description,
            "mpatha: entering recovery mode, max_retries=10");
  EXPECT_EQ(EnablesQueueing("mpatha").description, "mpatha: queue_if_no_path enabled");
  EXPECT_EQ(RecoversToNormal("mpatha").description, "mpatha: recovered to normal mode");
  EXPECT_EQ(LoadsAnyTable("mpatha").description, "mpatha: table load");
  EXPECT_EQ(KernelFails(kSdb).description, "the kernel failing path 8:16");
  EXPECT_EQ(LineContaining("cache").description, "\"cache\"");
}

TEST(LogEvents, LineContainingFindsASubstring) {
  ExpectEach(LineContaining("[sdb] Synchronizing"), {"sd 4:0:1:0: [sdb] Synchronizing SCSI cache"});
  ExpectNone(LineContaining("[sdb] Synchronizing"),
             {"sd 4:0:1:0: [sda] Synchronizing SCSI cache", ""});
}

TEST(LogEvents, CompareTheTablesOfLoads) {
  const std::string rest = " 1 queue_if_no_path 1 alua ";
  ExpectEach(LoadsTable("mpatha", {{kSdb}}),
             {"mpatha: load table [0 2097152 multipath" + rest + "1 1 service-time 0 1 1 8:16 1]",
              "mpatha: addmap [0 2097152 multipath" + rest + "1 1 service-time 0 1 1 8:16 1]",
              "mpatha: reload [0 2097152 multipath" + rest + "1 1 round-robin 0 1 2 8:16 1 7]",
              "May 20 06:17:50 vm multipathd[123]: mpatha: reload [0 8 multipath 0 0 1 1 "
              "queue-length 0 1 1 8:16 1]"});
  ExpectNone(LoadsTable("mpatha", {{kSdb}}),
             {"mpathb: reload [0 2097152 multipath" + rest + "1 1 service-time 0 1 1 8:16 1]",
              "mpatha: reload [0 2097152 multipath" + rest + "1 1 service-time 0 1 1 8:160 1]",
              "mpatha: reload [0 2097152 multipath" + rest + "0 0]",
              "mpatha: reload [0 2097152 multipath" + rest +
                  "2 1 service-time 0 1 1 8:16 1 service-time 0 1 1 8:0 1]",
              "mpatha: reload [0 2097152 multipath" + rest + "1 1 service-time 0 1 1 8:16",
              "mpatha: 8:16"});
}

TEST(LogEvents, CompareTheGroupsOfLoadsInOrder) {
  const std::string two_groups =
      "mpatha: reload [0 8 multipath 0 0 2 1 service-time 0 1 1 8:0 1 service-time 0 1 1 8:16 1]";
  const std::string one_group =
      "mpatha: reload [0 8 multipath 0 0 1 1 service-time 0 2 1 8:0 1 "
      "8:16 1]";
  ExpectEach(LoadsTable("mpatha", {{kSda}, {kSdb}}), {two_groups});
  ExpectNone(LoadsTable("mpatha", {{kSda}, {kSdb}}), {one_group});
  ExpectNone(LoadsTable("mpatha", {{kSdb}, {kSda}}), {two_groups});
  ExpectEach(LoadsTable("mpatha", {{kSda, kSdb}}), {one_group});
  ExpectNone(LoadsTable("mpatha", {{kSdb, kSda}}), {one_group, two_groups});
  ExpectEach(LoadsTable("mpatha", {}), {"mpatha: reload [0 8 multipath 0 0 0 0]"});
  ExpectEach(LoadsAnyTable("mpatha"), {two_groups, one_group});
  ExpectNone(LoadsAnyTable("mpathb"), {two_groups, one_group});
  ExpectNone(LoadsAnyTable("mpatha"), {"mpatha: reload [0 8 multipath 0 0 2 1 service-ti"});
}

TEST(LogEvents, FindRemovedPathsByNumberOrName) {
  ExpectEach(RemovesPath("mpatha", kSdb),
             {"sdb: path removed from map mpatha", "sdb [8:16]: path removed from map mpatha",
              "8:16: path removed from map mpatha"});
  ExpectNone(RemovesPath("mpatha", kSdb),
             {"sda: path removed from map mpatha", "sda [8:0]: path removed from map mpatha",
              "8:0: path removed from map mpatha", "8:16: path removed from map mpathb",
              "sdb [8:16]: path added to devmap mpatha"});
}

TEST(LogEvents, FindAddedPathsByNumberOrName) {
  ExpectEach(AddsPath("mpatha", kSdb),
             {"sdb [8:16]: path added to devmap mpatha", "sdb path added to devmap mpatha"});
  ExpectNone(AddsPath("mpatha", kSdb),
             {"sda [8:0]: path added to devmap mpatha", "sdb path added to devmap mpathb",
              "sdb: path removed from map mpatha"});
}

TEST(LogEvents, PreferTheNumberToTheName) {
  // The kernel reuses sdb for another disk once ours is deleted.
  const PathId formerly_sdb{"4:0:1:0", {8, 32}, "sdb"};
  ExpectNone(RemovesPath("mpatha", formerly_sdb), {"sdb [8:16]: path removed from map mpatha"});
  ExpectEach(RemovesPath("mpatha", formerly_sdb), {"sdb: path removed from map mpatha"});
}

TEST(LogEvents, IgnoreAnUnknownName) {
  const PathId nameless{"4:0:1:0", {8, 16}, ""};
  ExpectNone(RemovesPath("mpatha", nameless),
             {"8:0: path removed from map mpatha", "sda: path removed from map mpatha"});
  ExpectEach(RemovesPath("mpatha", nameless), {"8:16: path removed from map mpatha"});
}

TEST(LogEvents, CompareTheMap) {
  ExpectEach(LeavesActivePaths("mpatha", 1), {"mpatha: remaining active paths: 1"});
  ExpectNone(LeavesActivePaths("mpatha", 1),
             {"mpatha: remaining active paths: 11", "mpatha: remaining active paths: 0",
              "mpathb: remaining active paths: 1"});
  ExpectEach(EntersRecovery("mpatha", 10), {"mpatha: Entering recovery mode: max_retries=10"});
  ExpectNone(EntersRecovery("mpatha", 10), {"mpatha: Entering recovery mode: max_retries=12",
                                            "mpathb: Entering recovery mode: max_retries=10"});
  ExpectEach(DisablesQueueing("mpatha"), {"mpatha: Disable queueing"});
  ExpectNone(DisablesQueueing("mpatha"),
             {"mpathb: Disable queueing", "mpatha: queue_if_no_path enabled"});
  ExpectEach(EnablesQueueing("mpatha"), {"mpatha: queue_if_no_path enabled"});
  ExpectNone(EnablesQueueing("mpatha"),
             {"mpatha: Disable queueing", "mpathb: queue_if_no_path enabled"});
  ExpectEach(RecoversToNormal("mpatha"), {"mpatha: Recovered to normal mode"});
  ExpectNone(RecoversToNormal("mpatha"), {"mpathb: Recovered to normal mode"});
}

TEST(LogEvents, FindReinstatedPathsByNumberOrName) {
  ExpectEach(Reinstates(kSdb), {"8:16: reinstated", "sdb: reinstated"});
  ExpectNone(Reinstates(kSdb), {"8:0: reinstated", "sda: reinstated", "8:16: mark as failed"});
}

TEST(LogEvents, PathGroupsAreCountedFromOneInTheLogAndFromZeroHere) {
  ExpectEach(SwitchesToGroup("mpatha", 0), {"mpatha: switch to path group #1"});
  ExpectNone(SwitchesToGroup("mpatha", 0),
             {"mpatha: switch to path group #0", "mpatha: switch to path group #10",
              "mpathb: switch to path group #1"});
}

TEST(LogEvents, MatchEitherOfTwo) {
  const LogEvent either = EitherOf(DisablesQueueing("mpatha"), RecoversToNormal("mpatha"));
  ExpectEach(either, {"mpatha: Disable queueing", "mpatha: Recovered to normal mode"});
  ExpectNone(either, {"mpatha: queue_if_no_path enabled"});
  EXPECT_EQ(either.description, "mpatha: disable queueing, or mpatha: recovered to normal mode");
}

TEST(LogEvents, MatchKernelMessages) {
  ExpectEach(KernelFails(kSdb), {"device-mapper: multipath: Failing path 8:16.",
                                 "device-mapper: multipath: 253:0: Failing path 8:16."});
  ExpectNone(KernelFails(kSdb), {"device-mapper: multipath: Failing path 8:0.",
                                 "device-mapper: multipath: Reinstating path 8:16.",
                                 "device-mapper: multipath: 8:16: Failing path 8:0."});
}

TEST(TimeOf, IsThatOfTheFirstSuchLine) {
  const Log log = LogOf(
      {"mpatha: Recovered to normal mode", "mpatha: Disable queueing", "mpatha: Disable queueing"});
  const auto time = TimeOf(DisablesQueueing("mpatha"), log);
  ASSERT_TRUE(time.ok()) << time.error().ToString();
  EXPECT_EQ(*time, microseconds(2000000));
}

TEST(TimeOf, NamesWhatWasNotLogged) {
  EXPECT_EQ(
      TimeOf(DisablesQueueing("mpathb"), LogOf({"mpatha: Disable queueing"})).error().ToString(),
      "find in the log: mpathb: disable queueing: not logged");
}

TEST(EventuallyLogs, WaitsForTheLine) {
  Log so_far;
  const Observable<Log> log("the log", [&]() -> Result<Log> {
    so_far.push_back(
        {"multipathd", 1, so_far.size() < 2 ? "mpatha: x" : "mpatha: Disable queueing"});
    return so_far;
  });
  EXPECT_THAT(log, EventuallyLogs(DisablesQueueing("mpatha")));
  EXPECT_EQ(so_far.size(), 3U);
}

}  // namespace
}  // namespace dualpath
