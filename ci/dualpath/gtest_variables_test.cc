#include "ci/dualpath/gtest_variables.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace dualpath::cli {
namespace {

TEST(GtestVariables, ThatSelectTestsAreNotForCases) {
  for (const char* name : {"GTEST_TOTAL_SHARDS", "GTEST_SHARD_INDEX", "GTEST_FILTER",
                           "GTEST_REPEAT", "GTEST_OUTPUT", "GTEST_FAIL_FAST", "GTEST_LIST_TESTS",
                           "GTEST_FLAGFILE", "TESTBRIDGE_TEST_ONLY", "GTEST_NEW_IN_1_99"}) {
    EXPECT_FALSE(IsForCases(name)) << name;
  }
  for (const char* name : {"GTEST_SHUFFLE", "GTEST_COLOR", "PATH", "GTEST"}) {
    EXPECT_TRUE(IsForCases(name)) << name;
  }
}

TEST(GtestVariables, AreForgotten) {
  ::setenv("GTEST_TOTAL_SHARDS", "2", 1);
  ::setenv("TESTBRIDGE_TEST_ONLY", "A.B", 1);
  ::setenv("GTEST_COLOR", "yes", 1);
  ForgetGtestVariables();
  EXPECT_EQ(std::getenv("GTEST_TOTAL_SHARDS"), nullptr);
  EXPECT_EQ(std::getenv("TESTBRIDGE_TEST_ONLY"), nullptr);
  EXPECT_STREQ(std::getenv("GTEST_COLOR"), "yes");
  ::unsetenv("GTEST_COLOR");
}

}  // namespace
}  // namespace dualpath::cli
