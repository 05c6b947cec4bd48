#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helpers/dm/multipath_status.h"
#include "helpers/dm/multipath_table.h"

namespace dualpath::dm {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(DeviceNumber, IsParsedPrintedAndOrdered) {
  const auto number = DeviceNumber::Parse("8:16");
  ASSERT_TRUE(number.ok()) << number.error().ToString();
  EXPECT_EQ(number->major, 8U);
  EXPECT_EQ(number->minor, 16U);
  EXPECT_EQ(number->ToString(), "8:16");
  EXPECT_LT((DeviceNumber{8, 16}), (DeviceNumber{8, 32}));
  EXPECT_LT((DeviceNumber{8, 240}), (DeviceNumber{65, 0}));
  EXPECT_NE((DeviceNumber{8, 16}), (DeviceNumber{16, 8}));
}

TEST(DeviceNumber, RejectsOtherText) {
  for (const char* text : {"", ":", "8", "8:", ":16", "8:16 ", " 8:16", "8:1x", "-8:16", "+8:16",
                           "8:16:0", "##:##", "8:4294967296"}) {
    const auto number = DeviceNumber::Parse(text);
    ASSERT_FALSE(number.ok()) << text;
    EXPECT_EQ(number.error().ToString(), "parse device number: '" + std::string(text) +
                                             "': expected MAJOR:MINOR, two decimal numbers");
  }
}

TEST(MultipathTable, IsParsedIntoTypedFields) {
  const auto table = ParseMultipathTable(
      "0 524288 multipath 3 queue_if_no_path pg_init_retries 50 1 alua 2 1 service-time 0 1 1 "
      "8:0 1 round-robin 0 2 1 8:16 1000 65:32 500");
  ASSERT_TRUE(table.ok()) << table.error().ToString();
  EXPECT_EQ(table->start_sector, 0U);
  EXPECT_EQ(table->length_sectors, 524288U);
  EXPECT_THAT(table->features, ElementsAre("queue_if_no_path", "pg_init_retries", "50"));
  EXPECT_TRUE(table->QueuesIfNoPath());
  EXPECT_THAT(table->hardware_handler, ElementsAre("alua"));
  EXPECT_EQ(table->next_group, 1U);
  ASSERT_EQ(table->groups.size(), 2U);
  EXPECT_EQ(table->groups[0].selector, "service-time");
  EXPECT_THAT(table->groups[0].selector_args, IsEmpty());
  EXPECT_EQ(table->groups[1].selector, "round-robin");
  ASSERT_EQ(table->groups[1].paths.size(), 2U);
  EXPECT_EQ(table->groups[1].paths[1].device, (DeviceNumber{65, 32}));
  EXPECT_THAT(table->groups[1].paths[1].args, ElementsAre("500"));
}

TEST(MultipathTable, IsPrintedAsParsed) {
  for (const std::string line : {
           "0 2097152 multipath 1 queue_if_no_path 0 1 1 service-time 0 1 1 8:32 1",
           "0 2097152 multipath 0 0 2 2 service-time 0 1 1 8:32 1 service-time 0 1 1 8:16 1",
           "0 8 multipath 2 queue_mode bio 1 alua 1 1 queue-length 0 2 1 8:32 1 8:16 1",
           "0 8 multipath 0 0 1 1 round-robin 0 1 0 8:32",
           "0 8 multipath 0 2 rdac 1 1 1 historical-service-time 2 1024 2 1 1 8:32 0",
           "0 18446744073709551615 multipath 0 0 0 0",
           "0 8 multipath 1 queue_if_no_path 0 0 1",
       }) {
    const auto table = ParseMultipathTable(line);
    ASSERT_TRUE(table.ok()) << table.error().ToString();
    EXPECT_EQ(table->ToString(), line);
  }
}

TEST(MultipathTable, IsParsedFromLibdevmappersThreeParts) {
  const std::string params = "0 0 1 1 service-time 0 1 1 8:32 1";
  const auto pieces = ParseMultipathTable(0, 2048, params + " ");
  ASSERT_TRUE(pieces.ok()) << pieces.error().ToString();
  const auto line = ParseMultipathTable("0 2048 multipath " + params);
  ASSERT_TRUE(line.ok()) << line.error().ToString();
  EXPECT_TRUE(*pieces == *line);
  EXPECT_EQ(pieces->Params(), params);
  EXPECT_FALSE(pieces->QueuesIfNoPath());
}

TEST(MultipathTable, IsAnErrorIfTruncatedAnywhere) {
  const std::string whole =
      "0 2048 multipath 1 queue_if_no_path 1 alua 2 1 service-time 1 x 1 1 8:0 1 service-time 0 1 "
      "1 8:16 1";
  ASSERT_TRUE(ParseMultipathTable(whole).ok());
  int words = 0;
  for (std::size_t blank = whole.find(' '); blank != std::string::npos;
       blank = whole.find(' ', blank + 1)) {
    ++words;
    const auto table = ParseMultipathTable(whole.substr(0, blank));
    ASSERT_FALSE(table.ok()) << whole.substr(0, blank);
    EXPECT_THAT(table.error().reason(),
                AllOf(HasSubstr("token " + std::to_string(words + 1) + ": expected"),
                      EndsWith("but the text ends")));
  }
  EXPECT_EQ(ParseMultipathTable("").error().ToString(),
            "parse multipath table: '': token 1: expected the start sector, but the text ends");
}

struct Malformed {
  const char* line;
  const char* reason;
};

TEST(MultipathTable, NamesTheWrongToken) {
  for (const Malformed& bad : {
           Malformed{"zero 8 multipath 0 0 0 0", "token 1 is 'zero': expected the start sector"},
           Malformed{"0 -8 multipath 0 0 0 0", "token 2 is '-8': expected the length in sectors"},
           Malformed{"0 8 linear 8:16 0",
                     "token 3 is 'linear': expected the target type 'multipath'"},
           Malformed{"0 8 multipath one 0 0 0",
                     "token 4 is 'one': expected the number of features"},
           // Count of one feature, followed by two.
           Malformed{"0 8 multipath 1 queue_if_no_path pg_init_retries 0 0 0",
                     "token 6 is 'pg_init_retries': expected the number of hardware handler "
                     "arguments"},
           Malformed{"0 8 multipath 0 0 1 2 service-time 0 1 1 8:32 1",
                     "token 7 is '2': expected a path group from 1 to 1"},
           Malformed{"0 8 multipath 0 0 1 0 service-time 0 1 1 8:32 1",
                     "token 7 is '0': expected a path group from 1 to 1"},
           Malformed{"0 8 multipath 0 0 0 2", "token 7 is '2': expected a path group from 0 to 1"},
           Malformed{"0 8 multipath 0 0 1 1 service-time 0 0 1",
                     "token 10 is '0': expected at least one path in a group"},
           Malformed{"0 8 multipath 0 0 1 1 service-time 0 1 1 sdb 1",
                     "token 12 is 'sdb': expected a path's device number"},
           // Two paths with two arguments each announced, followed by one argument each.
           Malformed{"0 8 multipath 0 0 1 1 service-time 0 2 2 8:16 1 8:32 1",
                     "token 15 is '1': expected a path's device number"},
           Malformed{"0 8 multipath 0 0 1 1 service-time 0 1 1 8:16 1 8:32 1",
                     "token 14 is '8:32': expected the end after the last path"},
           Malformed{"0 8 multipath 99999999999 x",
                     "token 4 is '99999999999': expected the number of features"},
           Malformed{"0 8 multipath 4000000000 x",
                     "token 6: expected feature 2 of 4000000000, but the text ends"},
       }) {
    const auto table = ParseMultipathTable(bad.line);
    ASSERT_FALSE(table.ok()) << bad.line;
    EXPECT_EQ(table.error().reason(), bad.reason) << bad.line;
    EXPECT_EQ(table.error().object(), "'" + std::string(bad.line) + "'");
  }
}

TEST(MultipathStatus, HasTypedFields) {
  const auto status = ParseMultipathStatus(
      "2 1 7 0 3 1 A 0 1 2 8:0 A 0 0 1 E 0 2 2 8:16 F 3 512 1 8:32 A 1 0 1 "
      "D 2 1024 2 0 0");
  ASSERT_TRUE(status.ok()) << status.error().ToString();
  EXPECT_EQ(status->queued, 1U);
  EXPECT_EQ(status->group_inits, 7U);
  EXPECT_THAT(status->further_info, IsEmpty());
  EXPECT_THAT(status->hardware_handler, IsEmpty());
  EXPECT_EQ(status->next_group, 1U);
  ASSERT_EQ(status->groups.size(), 3U);
  EXPECT_EQ(status->groups[0].state, GroupState::kActive);
  EXPECT_EQ(status->groups[1].state, GroupState::kEnabled);
  EXPECT_EQ(status->groups[2].state, GroupState::kDisabled);
  EXPECT_THAT(status->groups[2].selector_args, ElementsAre("1024", "2"));
  EXPECT_THAT(status->groups[1].paths, ElementsAre(StatusPath{{8, 16}, false, 3, {"512", "1"}},
                                                   StatusPath{{8, 32}, true, 1, {"0", "1"}}));
}

TEST(MultipathStatus, IsParsedWithAndWithoutStartAndLength) {
  const std::string params = "2 0 0 0 1 1 E 0 1 0 8:0 A 0";
  const auto bare = ParseMultipathStatus(params);
  const auto headed = ParseMultipathStatus("0 2048 multipath " + params + "\n");
  ASSERT_TRUE(bare.ok()) << bare.error().ToString();
  ASSERT_TRUE(headed.ok()) << headed.error().ToString();
  EXPECT_TRUE(*bare == *headed);
}

TEST(MultipathStatus, NamesTheWrongToken) {
  for (const Malformed& bad : {
           Malformed{"", "token 1: expected the number of queue counters, but the text ends"},
           Malformed{"1 0", "token 1 is '1': expected at least 2 queue counters"},
           Malformed{"2 0 0 0 1 1 X 0 1 0 8:0 A 0",
                     "token 7 is 'X': expected a path group's state, A, D or E"},
           Malformed{"2 0 0 0 1 1 A 0 1 0 8:0 B 0",
                     "token 12 is 'B': expected a path's state, A or F"},
           Malformed{"2 0 0 0 1 1 A 0 1 0 8:0 A many",
                     "token 13 is 'many': expected a path's fail count"},
           Malformed{"2 0 0 0 1 1 A 0 1 2 8:0 A 0 0",
                     "token 15: expected path argument 2 of 2, but the text ends"},
           Malformed{"2 0 0 0 0 0 A", "token 7 is 'A': expected the end after the last path"},
           Malformed{"x 8 multipath 2 0 0 0 0 0", "token 1 is 'x': expected the start sector"},
       }) {
    const auto status = ParseMultipathStatus(bad.line);
    ASSERT_FALSE(status.ok()) << bad.line;
    EXPECT_EQ(status.error().reason(), bad.reason) << bad.line;
  }
}

}  // namespace
}  // namespace dualpath::dm
