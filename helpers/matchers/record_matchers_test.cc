#include "helpers/matchers/record_matchers.h"

#include <gtest/gtest.h>

#include "helpers/matchers/explanation.h"

namespace dualpath {
namespace {

using ::testing::Not;
using timeline::Lane;
using timeline::Record;

const PathId kFirst{"3:0:1:0", {8, 16}, "sdb"};
const PathId kSecond{"4:0:1:0", {8, 32}, "sdc"};

Record Make(std::int64_t time_us, Lane lane, const std::string& kind, const std::string& text,
            const std::string& path, const std::string& state = "") {
  Record record;
  record.time_us = time_us;
  record.lane = lane;
  record.kind = kind;
  record.text = text;
  record.path = path;
  record.state = state;
  if (lane == Lane::kMap) record.map = "mpatha";
  if (kind == "uevent") record.device = "sdb";
  return record;
}

std::vector<Record> Failover() {
  return {Make(1, Lane::kFault, "fault", "delete 3:0:1:0 (sdb)", "3:0:1:0"),
          Make(2, Lane::kKernel, "uevent", "remove sdb of 3:0:1:0", "3:0:1:0"),
          Make(3, Lane::kMap, "groups", "", "", "4:0:1:0"),
          Make(4, Lane::kPath, "state", "", "3:0:1:0", "removed"),
          Make(5, Lane::kPath, "first-io", "", "4:0:1:0"),
          Make(6, Lane::kMap, "groups", "", "", "4:0:1:0 | 3:0:1:0"),
          Make(7, Lane::kMap, "groups", "", "", "none")};
}

TEST(ShowsInOrder, FindsRecordsInOrder) {
  EXPECT_THAT(Failover(),
              ShowsInOrder({InjectsFault("delete", kFirst), DiskUevent("remove", kFirst),
                            HasPathGroups("mpatha", {{kSecond}}), IsInState(kFirst, "removed"),
                            FirstIoOn(kSecond), HasPathGroups("mpatha", {{kSecond}, {kFirst}}),
                            HasPathGroups("mpatha", {})}));
  EXPECT_THAT(Failover(), ShowsInOrder({}));
}

TEST(ShowsInOrder, RejectsAnotherOrder) {
  EXPECT_THAT(Failover(), Not(ShowsInOrder({FirstIoOn(kSecond), InjectsFault("delete", kFirst)})));
  EXPECT_THAT(Failover(), Not(ShowsInOrder({FirstIoOn(kSecond), FirstIoOn(kSecond)})));
}

TEST(ShowsInOrder, ComparesPathMapVerbAndState) {
  for (const EventPattern& pattern :
       {InjectsFault("delete", kSecond), InjectsFault("del", kFirst),
        InjectsFault("rescan", kFirst), DiskUevent("remove", kSecond), DiskUevent("add", kFirst),
        HasPathGroups("mpathb", {{kSecond}}), HasPathGroups("mpatha", {{kFirst}}),
        HasPathGroups("mpatha", {{kSecond, kFirst}}), IsInState(kFirst, "active"),
        IsInState(kSecond, "removed"), FirstIoOn(kFirst)}) {
    EXPECT_THAT(Failover(), Not(ShowsInOrder({pattern}))) << pattern.description;
  }
}

/// Returns the sentence of the explanation, without the records after it.
std::string Sentence(const std::vector<EventPattern>& patterns) {
  const std::string why = WhyNot(ShowsInOrder(patterns), Failover());
  return why.substr(0, why.find('\n'));
}

TEST(ShowsInOrder, NamesTheFirstMissingRecordAndItsPredecessor) {
  EXPECT_EQ(Sentence({FirstIoOn(kSecond), InjectsFault("rescan", kFirst)}),
            "which does not show the fault \"rescan\" of 3:0:1:0 after the first I/O on 4:0:1:0");
  EXPECT_EQ(Sentence({FirstIoOn(kFirst)}), "which does not show the first I/O on 3:0:1:0");
  EXPECT_EQ(Sentence({FirstIoOn(kSecond), InjectsFault("delete", kFirst)}),
            "which does not show the fault \"delete\" of 3:0:1:0 after the first I/O on 4:0:1:0, "
            "only before");
}

TEST(ShowsInOrder, ShowsOnlyTheRecordsAroundTheGap) {
  std::vector<Record> records(100, Make(9, Lane::kKernel, "line", "", ""));
  records[50] = Make(50, Lane::kPath, "first-io", "", "4:0:1:0");
  const std::string why =
      WhyNot(ShowsInOrder({FirstIoOn(kSecond), InjectsFault("rescan", kFirst)}), records);
  EXPECT_THAT(why, ::testing::HasSubstr("\n  ... 46 records before\n"));
  EXPECT_THAT(why, ::testing::HasSubstr(
                       R"({"time_us":50,"lane":"path","kind":"first-io","path":"4:0:1:0"})"));
  EXPECT_THAT(why, ::testing::EndsWith("\n  ... 44 records after"));
  EXPECT_LT(why.size(), 1000U);
}

TEST(ShowsInOrder, IsPrintedAfterTheNumberOfRecords) {
  EXPECT_EQ(::testing::PrintToString(Failover()), "7 records");
}

TEST(ShowsInOrder, DescribesTheRecords) {
  EXPECT_EQ(::testing::DescribeMatcher<const std::vector<Record>&>(
                ShowsInOrder({InjectsFault("delete", kFirst), FirstIoOn(kSecond)})),
            "shows in order: the fault \"delete\" of 3:0:1:0, the first I/O on 4:0:1:0");
}

}  // namespace
}  // namespace dualpath
