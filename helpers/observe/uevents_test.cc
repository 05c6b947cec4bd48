#include "helpers/observe/uevents.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dualpath::observe {
namespace {

TEST(Uevent, AMissingPropertyIsEmpty) {
  const Uevent uevent{0, {{"ACTION", "add"}}};
  EXPECT_EQ(uevent.Property("ACTION"), "add");
  EXPECT_EQ(uevent.Property("DM_ACTION"), "");
}

TEST(Uevent, IsParsedFromAMessage) {
  constexpr char kMessage[] =
      "change@/devices/virtual/block/dm-0\0ACTION=change\0SUBSYSTEM=block\0DM_UUID=a=b\0EMPTY=\0";
  const Uevent uevent = Uevent::Parse(5, std::string(kMessage, sizeof kMessage - 1));
  EXPECT_EQ(uevent.monotonic_us, 5);
  EXPECT_THAT(
      uevent.properties,
      ::testing::ElementsAre(::testing::Pair("ACTION", "change"), ::testing::Pair("DM_UUID", "a=b"),
                             ::testing::Pair("EMPTY", ""), ::testing::Pair("SUBSYSTEM", "block")));
}

TEST(Uevent, MalformedMessagesAreParsedAsFarAsPossible) {
  EXPECT_TRUE(Uevent::Parse(0, "").properties.empty());
  EXPECT_TRUE(Uevent::Parse(0, std::string("\0\0", 2)).properties.empty());
  EXPECT_EQ(Uevent::Parse(0, "ACTION=add").Property("ACTION"), "add");
}

TEST(UeventMonitor, StartsMovesAndStops) {
  auto monitor = UeventMonitor::Start();
  ASSERT_TRUE(monitor.ok()) << monitor.error().ToString();
  EXPECT_EQ(monitor->overruns(), 0);
  const UeventMonitor moved = std::move(*monitor);
  EXPECT_EQ(moved.overruns(), 0);
}

}  // namespace
}  // namespace dualpath::observe
