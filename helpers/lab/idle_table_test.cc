#include "helpers/lab/idle_table.h"

#include <gtest/gtest.h>

namespace dualpath::lab {
namespace {

/// AML's lengths count from the length's own byte on, to the end of what is inside.
TEST(IdleTable, HasLengthsThatReachItsEnd) {
  const std::string table = IdleTable();
  const auto at = [&](std::size_t i) { return static_cast<std::size_t>(table.at(i)); };
  const std::size_t states = table.find("_CST") + 4;
  EXPECT_EQ(at(1), table.size() - 1);
  EXPECT_EQ(at(states + 1), table.size() - (states + 1));
  EXPECT_EQ(at(states + 5), table.size() - (states + 5));
}

TEST(IdleTable, IsOfQemusFirstCpu) { EXPECT_EQ(IdleTable().substr(2, 15), "\\/\x03_SB_CPUSC000"); }

}  // namespace
}  // namespace dualpath::lab
