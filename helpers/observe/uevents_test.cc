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

TEST(UeventMonitor, StartsAndStopsWithoutUevents) {
  auto monitor = UeventMonitor::Start();
  ASSERT_TRUE(monitor.ok()) << monitor.error().ToString();
  EXPECT_EQ(monitor->overruns(), 0);
  const UeventMonitor moved = std::move(*monitor);
  EXPECT_EQ(moved.overruns(), 0);
}

}  // namespace
}  // namespace dualpath::observe
