#include "ci/flakes/ctest_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helpers/matchers/status_matchers.h"

namespace dualpath::flakes {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

/// Of CMake 3.25, shortened.
constexpr char kList[] = R"({
  "kind": "ctestInfo",
  "tests": [
    {"command": ["/b/bin/dualpath", "exec", "--", "/b/bin/dualpath_cases",
                 "--gtest_filter=Failover.A", "--gtest_also_run_disabled_tests"],
     "config": "RelWithDebInfo", "name": "Failover.A",
     "properties": [
       {"name": "ENVIRONMENT", "value": ["A=b=c", "D="]},
       {"name": "FIXTURES_REQUIRED", "value": ["place"]},
       {"name": "LABELS", "value": ["Failover", "case"]},
       {"name": "SKIP_RETURN_CODE", "value": 77},
       {"name": "TIMEOUT", "value": 2100.0},
       {"name": "WORKING_DIRECTORY", "value": "/b/cases"}]},
    {"command": ["/b/bin/dualpath", "prepare"], "name": "lab.prepare",
     "properties": [{"name": "FIXTURES_SETUP", "value": ["place"]}]},
    {"command": ["/b/bin/other"], "name": "other"}
  ]})";

TEST(CtestList, HasTheCommandOfEachCase) {
  ASSERT_OK_AND_ASSIGN(const auto cases, ParseCtestList(kList));
  ASSERT_EQ(cases.size(), 2U);
  EXPECT_EQ(cases[0].name, "Failover.A");
  EXPECT_EQ(cases[0].command.argv[4], "--gtest_filter=Failover.A");
  EXPECT_EQ(cases[0].command.working_directory, "/b/cases");
  EXPECT_THAT(cases[0].command.environment, ElementsAre(Pair("A", "b=c"), Pair("D", "")));
  EXPECT_DOUBLE_EQ(cases[0].timeout_seconds, 2100);
  EXPECT_EQ(cases[1].name, "other");
}

TEST(CtestList, NamesATestThatIsNotBuilt) {
  EXPECT_THAT(ParseCtestList(R"({"tests": [{"name": "dualpath_cases_NOT_BUILT"}]})"),
              FailsWith(HasSubstr("dualpath_cases_NOT_BUILT: its program is not built")));
}

TEST(CtestList, RefusesOtherText) {
  for (const char* text : {"", "{}", "[]", R"({"tests": [{}]})"}) {
    EXPECT_THAT(ParseCtestList(text), FailsWith(HasSubstr("ctest's JSON"))) << text;
  }
}

}  // namespace
}  // namespace dualpath::flakes
