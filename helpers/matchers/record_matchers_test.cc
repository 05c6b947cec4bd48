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
  Record event;
  event.time_us = time_us;
  event.lane = lane;
  event.kind = kind;
  event.text = text;
  event.path = path;
  event.state = state;
  if (lane == Lane::kMap) event.map = "mpatha";
  if (kind == "uevent") event.device = "sdb";
  return event;
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

TEST(ShowsInOrder, WhatIsThere) {
  EXPECT_THAT(Failover(),
              ShowsInOrder({InjectsFault("delete", kFirst), DiskUevent("remove", kFirst),
                            HasPathGroups("mpatha", {{kSecond}}), IsInState(kFirst, "removed"),
                            FirstIoOn(kSecond), HasPathGroups("mpatha", {{kSecond}, {kFirst}}),
                            HasPathGroups("mpatha", {})}));
  EXPECT_THAT(Failover(), ShowsInOrder({}));
}

TEST(ShowsInOrder, NotInAnotherOrder) {
  EXPECT_THAT(Failover(), Not(ShowsInOrder({FirstIoOn(kSecond), InjectsFault("delete", kFirst)})));
  EXPECT_THAT(Failover(), Not(ShowsInOrder({FirstIoOn(kSecond), FirstIoOn(kSecond)})));
}

TEST(ShowsInOrder, NotOfAnotherPathMapVerbOrState) {
  for (const EventPattern& pattern :
       {InjectsFault("delete", kSecond), InjectsFault("del", kFirst),
        InjectsFault("rescan", kFirst), DiskUevent("remove", kSecond), DiskUevent("add", kFirst),
        HasPathGroups("mpathb", {{kSecond}}), HasPathGroups("mpatha", {{kFirst}}),
        HasPathGroups("mpatha", {{kSecond, kFirst}}), IsInState(kFirst, "active"),
        IsInState(kSecond, "removed"), FirstIoOn(kFirst)}) {
    EXPECT_THAT(Failover(), Not(ShowsInOrder({pattern}))) << pattern.description;
  }
}

TEST(ShowsInOrder, SaysWhatIsMissingAfterWhat) {
  EXPECT_EQ(WhyNot(ShowsInOrder({FirstIoOn(kSecond), InjectsFault("rescan", kFirst)}), Failover()),
            "which does not show the fault \"rescan\" of 3:0:1:0 after "
            R"({"time_us":5,"lane":"path","kind":"first-io","path":"4:0:1:0"})");
  EXPECT_EQ(WhyNot(ShowsInOrder({FirstIoOn(kFirst)}), Failover()),
            "which does not show the first I/O on 3:0:1:0");
}

}  // namespace
}  // namespace dualpath
