#include "helpers/multipath/log_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dualpath::multipath {
namespace {

using ::testing::HasSubstr;

constexpr DeviceNumber kSdb{8, 16};

/// Returns the expected alternative, or fails the test and shows the line.
template <typename Event>
Event Parsed(const std::string& message) {
  const LogLine line = ParseLogLine(message);
  if (const auto* event = std::get_if<Event>(&line)) return *event;
  ADD_FAILURE() << "unexpected alternative (index " << line.index() << "): " << message;
  return Event{};
}

TEST(LogLine, ParsesTableLoadsOfEveryVersion) {
  const auto old = Parsed<TableLoad>(
      "mpathc: load table [0 2097152 multipath 1 queue_if_no_path 0 1 1 service-time 0 1 1 8:32 "
      "1]");
  EXPECT_EQ(old.map, "mpathc");
  EXPECT_EQ(old.kind, TableLoad::Kind::kLoadTable);
  EXPECT_EQ(old.table.length_sectors, 2097152U);
  ASSERT_EQ(old.table.groups.size(), 1U);
  EXPECT_EQ(old.table.groups[0].paths[0].device, (DeviceNumber{8, 32}));

  const auto added = Parsed<TableLoad>(
      "mpatha: addmap [0 524288 multipath 1 queue_if_no_path 1 alua 2 1 service-time 0 1 1 8:0 1 "
      "service-time 0 1 1 8:16 1]");
  EXPECT_EQ(added.kind, TableLoad::Kind::kAddMap);
  EXPECT_EQ(added.table.groups.size(), 2U);

  const auto reloaded =
      Parsed<TableLoad>("mpatha: reload [0 524288 multipath 1 queue_if_no_path 1 alua 0 0]");
  EXPECT_EQ(reloaded.kind, TableLoad::Kind::kReload);
  EXPECT_TRUE(reloaded.table.groups.empty());
  EXPECT_TRUE(reloaded.table.QueuesIfNoPath());
}

TEST(LogLine, HasTheReasonIfATableIsMalformed) {
  const auto cut = Parsed<Unrecognised>("mpatha: reload [0 524288 multipath 1 queue_if_no");
  EXPECT_EQ(cut.message, "mpatha: reload [0 524288 multipath 1 queue_if_no");
  EXPECT_EQ(cut.reason, "the table is truncated");
  const auto bad = Parsed<Unrecognised>("mpatha: reload [0 524288 multipath 1]");
  EXPECT_THAT(bad.reason, HasSubstr("token 5: expected feature 1 of 1, but the text ends"));
  const auto other = Parsed<Unrecognised>("mpatha1: addmap [0 2048 linear 253:0 0]");
  EXPECT_THAT(other.reason, HasSubstr("token 3 is 'linear'"));
}

TEST(LogLine, ParsesThreeFormatsOfPathNames) {
  EXPECT_EQ(Parsed<PathRemoved>("sdj: path removed from map mpathc"),
            (PathRemoved{"mpathc", {"sdj", {}}}));
  EXPECT_EQ(Parsed<PathRemoved>("sdb [8:16]: path removed from map mpathc"),
            (PathRemoved{"mpathc", {"sdb", kSdb}}));
  EXPECT_EQ(Parsed<PathRemoved>("8:16: path removed from map mpatha"),
            (PathRemoved{"mpatha", {"", kSdb}}));
}

TEST(LogLine, ParsesPathMessages) {
  EXPECT_EQ(Parsed<PathAdded>("sda [8:0]: path added to devmap mpatha"),
            (PathAdded{"mpatha", {"sda", DeviceNumber{8, 0}}}));
  EXPECT_EQ(Parsed<PathAdded>("sdb path added to devmap mpathc"),
            (PathAdded{"mpathc", {"sdb", {}}}));
  EXPECT_EQ(Parsed<CheckerFailed>("checker failed path 8:16 in map mpatha"),
            (CheckerFailed{"mpatha", {"", kSdb}}));
  EXPECT_EQ(Parsed<PathOffline>("mpatha: sdb - path offline"),
            (PathOffline{"mpatha", {"sdb", {}}}));
  EXPECT_EQ(Parsed<PathMarkedFailed>("sda: mark as failed"), (PathMarkedFailed{{"sda", {}}}));
  EXPECT_EQ(Parsed<PathMarkedFailed>("8:16: mark as failed"), (PathMarkedFailed{{"", kSdb}}));
  EXPECT_EQ(Parsed<PathReinstated>("8:16: reinstated"), (PathReinstated{{"", kSdb}}));
}

TEST(LogLine, ParsesMapMessages) {
  EXPECT_EQ(Parsed<RemainingActivePaths>("mpatha: remaining active paths: 0"),
            (RemainingActivePaths{"mpatha", 0}));
  EXPECT_EQ(Parsed<RemainingActivePaths>("360014052d347b7c8: remaining active paths: 12"),
            (RemainingActivePaths{"360014052d347b7c8", 12}));
  EXPECT_EQ(Parsed<RemainingActivePaths>("mpathal: remaining active paths:1"),
            (RemainingActivePaths{"mpathal", 1}));
  EXPECT_EQ(Parsed<RemainingActivePaths>("1IET     00010001: remaining active paths: 1"),
            (RemainingActivePaths{"1IET     00010001", 1}));
  EXPECT_EQ(Parsed<EnteredRecovery>("mpatha: Entering recovery mode: max_retries=10"),
            (EnteredRecovery{"mpatha", 10}));
  EXPECT_EQ(Parsed<QueueingDisabled>("mpatha: Disable queueing"), (QueueingDisabled{"mpatha"}));
  EXPECT_EQ(Parsed<QueueingEnabled>("mpatha: queue_if_no_path enabled"),
            (QueueingEnabled{"mpatha"}));
  EXPECT_EQ(Parsed<PathGroupSwitched>("mpatha: switch to path group #2"),
            (PathGroupSwitched{"mpatha", 2}));
  EXPECT_EQ(Parsed<RecoveredToNormal>("mpatha: Recovered to normal mode"),
            (RecoveredToNormal{"mpatha"}));
}

TEST(LogLine, ParsesKernelMessagesWithAndWithoutTheMap) {
  const DeviceNumber map{253, 0};
  EXPECT_EQ(Parsed<KernelFailingPath>("device-mapper: multipath: Failing path 8:16."),
            (KernelFailingPath{{}, kSdb}));
  EXPECT_EQ(Parsed<KernelFailingPath>("device-mapper: multipath: 253:0: Failing path 8:16."),
            (KernelFailingPath{map, kSdb}));
  EXPECT_EQ(Parsed<KernelFailingPath>("253:0: Failing path 8:16."), (KernelFailingPath{map, kSdb}));
  EXPECT_EQ(Parsed<KernelReinstatingPath>("device-mapper: multipath: Reinstating path 8:16."),
            (KernelReinstatingPath{{}, kSdb}));
  EXPECT_EQ(Parsed<KernelReinstatingPath>("253:0: Reinstating path 8:16"),
            (KernelReinstatingPath{map, kSdb}));
}

TEST(LogLine, SkipsPrefixesOfTheLogs) {
  const RemainingActivePaths event{"mpathc", 1};
  for (const char* message : {
           "mpathc: remaining active paths: 1",
           "May 20 06:17:50 vm multipathd: mpathc: remaining active paths: 1",
           "May  2 06:17:50 vm multipathd[1234]: mpathc: remaining active paths: 1\n",
           "2026-05-20T06:17:50.123456+00:00 vm multipathd[1]: mpathc: remaining active paths: 1",
           "multipathd: mpathc: remaining active paths: 1\r\n",
       }) {
    EXPECT_EQ(Parsed<RemainingActivePaths>(message), event) << message;
  }
  for (const char* message : {
           "May 20 06:17:50 vm kernel: device-mapper: multipath: Failing path 8:16.",
           "May 20 06:17:50 vm kernel: [   12.345678] device-mapper: multipath: Failing path 8:16.",
           "[  112.345678] device-mapper: multipath: Failing path 8:16.",
       }) {
    EXPECT_EQ(Parsed<KernelFailingPath>(message), (KernelFailingPath{{}, kSdb})) << message;
  }
  EXPECT_EQ(Parsed<PathRemoved>("May 20 06:17:50 vm multipathd: sdb [8:16]: path removed from map "
                                "mpathc"),
            (PathRemoved{"mpathc", {"sdb", kSdb}}));
}

TEST(LogLine, ReturnsOtherMessagesUnchanged) {
  for (const std::string message : {
           "sdb: remove path (uevent)",
           "mpatha: sdb - tur checker reports path is down",
           "mpatha: remaining active paths: many",
           "mpatha: remaining active paths: ",
           "mpatha: Entering recovery mode: max_retries=-1",
           "disable queueing (operator)",
           "sdb [8:1x]: path removed from map mpatha",
           "sdb [8:16: path removed from map mpatha",
           ": path removed from map mpatha",
           "8:16: path removed from map ",
           "checker failed path 8:16",
           ": Disable queueing",
           "unknown: Failing path 8:16.",
           "device-mapper: multipath: Failing path sdb.",
           "",
           "\xff\xfe",
       }) {
    const auto event = Parsed<Unrecognised>(message);
    EXPECT_EQ(event.reason, "") << message;
  }
  EXPECT_EQ(Parsed<Unrecognised>("May 20 06:17:50 vm multipathd: sdb: remove path (uevent)"),
            (Unrecognised{"sdb: remove path (uevent)", ""}));
}

}  // namespace
}  // namespace dualpath::multipath
