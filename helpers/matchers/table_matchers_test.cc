#include "helpers/matchers/table_matchers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helpers/matchers/explanation.h"

namespace dualpath {
namespace {

using ::testing::DescribeMatcher;
using ::testing::Not;

const PathId kSda{"3:0:1:0", {8, 0}, "sda"};
const PathId kSdb{"4:0:1:0", {8, 16}, "sdb"};

dm::MultipathTable Table(const std::string& features, const std::string& groups) {
  const auto table = dm::ParseMultipathTable("0 2097152 multipath " + features + " 0 " + groups);
  EXPECT_TRUE(table.ok()) << table.error().ToString();
  return *table;
}

const char kTwoGroups[] = "2 1 service-time 0 1 1 8:0 1 service-time 0 1 1 8:16 1";
const char kOneGroup[] = "1 1 service-time 0 2 1 8:0 1 8:16 1";

TEST(HasGroups, ComparesGroupsAndPathsInOrder) {
  const auto table = Table("0", kTwoGroups);
  EXPECT_EQ(WhyNot(HasGroups({{kSda}, {kSdb}}), table), "it matches");
  for (const PathIdGroups& other : std::vector<PathIdGroups>{
           {{kSdb}, {kSda}}, {{kSda, kSdb}}, {{kSda}}, {{kSda}, {kSdb}, {kSdb}}, {}}) {
    EXPECT_EQ(WhyNot(HasGroups(other), table), "whose path groups are 8:0 | 8:16")
        << Numbers(other);
  }
  EXPECT_THAT(Table("0", kOneGroup), HasGroups({{kSda, kSdb}}));
  EXPECT_THAT(Table("0", kOneGroup), Not(HasGroups({{kSdb, kSda}})));
}

TEST(HasGroups, AcceptsATableWithoutPaths) {
  EXPECT_THAT(Table("0", "0 0"), HasGroups({}));
  EXPECT_EQ(WhyNot(HasGroups({{kSda}}), Table("0", "0 0")), "whose path groups are none");
}

TEST(HasGroups, CountsEmptyGroups) {
  EXPECT_THAT(Table("0", "1 1 service-time 0 1 1 8:0 1"), Not(HasGroups({{}, {kSda}})));
  EXPECT_THAT(Table("0", "1 1 service-time 0 1 1 8:0 1"), Not(HasGroups({{kSda}, {}})));
}

TEST(HasGroups, DescribesTheGroups) {
  EXPECT_EQ(DescribeMatcher<const dm::MultipathTable&>(HasGroups({{kSda}, {kSdb}})),
            "has the path groups 8:0 | 8:16");
  EXPECT_EQ(DescribeMatcher<const dm::MultipathTable&>(HasGroups({}), true),
            "does not have the path groups none");
}

TEST(QueuesIfNoPath, ChecksTheFeatures) {
  EXPECT_EQ(WhyNot(QueuesIfNoPath(), Table("1 queue_if_no_path", kTwoGroups)), "it matches");
  EXPECT_EQ(WhyNot(QueuesIfNoPath(), Table("3 pg_init_retries 50 queue_if_no_path", kTwoGroups)),
            "it matches");
  EXPECT_EQ(WhyNot(QueuesIfNoPath(), Table("0", kTwoGroups)),
            "which does not have queue_if_no_path");
  EXPECT_EQ(DescribeMatcher<const dm::MultipathTable&>(QueuesIfNoPath()), "has queue_if_no_path");
  EXPECT_EQ(DescribeMatcher<const dm::MultipathTable&>(Not(QueuesIfNoPath())),
            "does not have queue_if_no_path");
}

TEST(HasSelector, WantsItOfEveryGroup) {
  EXPECT_EQ(WhyNot(HasSelector("service-time"), Table("0", kTwoGroups)), "it matches");
  EXPECT_EQ(WhyNot(HasSelector("round-robin"), Table("0", kTwoGroups)),
            "which has the path selector service-time");
  EXPECT_EQ(WhyNot(HasSelector("service-time"), Table("0", "0 0")), "which has no path group");
  EXPECT_EQ(DescribeMatcher<const dm::MultipathTable&>(HasSelector("service-time")),
            "has the path selector service-time");
}

TEST(TableMatchers, PrintTheTableAsTheKernelDoes) {
  EXPECT_EQ(::testing::PrintToString(Table("1 queue_if_no_path", kOneGroup)),
            "0 2097152 multipath 1 queue_if_no_path 0 1 1 service-time 0 2 1 8:0 1 8:16 1");
}

}  // namespace
}  // namespace dualpath
