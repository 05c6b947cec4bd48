#include "helpers/timeline/journal_entry.h"

#include <gtest/gtest.h>

#include "helpers/timeline/durations.h"

namespace dualpath::timeline {
namespace {

TEST(CarriedJson, IsReadFromJournald) {
  const auto line = ParseCarriedJson(
      R"({"__REALTIME_TIMESTAMP":"1790000000123456","__MONOTONIC_TIMESTAMP":"12345678",)"
      R"("_BOOT_ID":"aa","SYSLOG_IDENTIFIER":"multipathd","MESSAGE":"8:16: reinstated"})");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->stamp.kind, Stamp::Kind::kDate);
  EXPECT_EQ(line->stamp.us, 1790000000123456);
  EXPECT_EQ(line->since_boot_us, 12345678);
  EXPECT_EQ(line->program, "multipathd");
  EXPECT_EQ(line->message, "8:16: reinstated");
  EXPECT_EQ(line->boot_id, "aa");
}

TEST(CarriedJson, HasMessagesAsBytesAndFieldsThatOccurTwice) {
  const auto bytes = ParseCarriedJson(
      R"({"__MONOTONIC_TIMESTAMP":"5","_TRANSPORT":"kernel","MESSAGE":[115,100,255]})");
  ASSERT_TRUE(bytes);
  EXPECT_EQ(bytes->message, "sd\xff");
  EXPECT_EQ(bytes->program, "kernel");
  EXPECT_EQ(bytes->stamp.kind, Stamp::Kind::kSinceBoot);
  const auto twice =
      ParseCarriedJson(R"({"__REALTIME_TIMESTAMP":"5","_COMM":["a","b"],"MESSAGE":null})");
  ASSERT_TRUE(twice);
  EXPECT_EQ(twice->program, "a");
  EXPECT_EQ(twice->message, "");
}

TEST(CarriedJson, IsReadFromDockerAndOtherCollectors) {
  const auto part =
      ParseCarriedJson(R"({"log":"8:16: rein","stream":"stderr","time":"2022-05-20T06:17:50.5Z"})");
  ASSERT_TRUE(part);
  EXPECT_EQ(part->stamp.us, 1653027470 * kSecond + kSecond / 2);
  EXPECT_TRUE(part->continues);
  EXPECT_EQ(part->program, "");
  const auto end =
      ParseCarriedJson(R"({"log":"stated\n","stream":"stderr","time":"2022-05-20T06:17:50.5Z"})");
  ASSERT_TRUE(end);
  EXPECT_FALSE(end->continues);
  EXPECT_EQ(end->message, "stated");
  const auto other = ParseCarriedJson(
      R"({"@timestamp":"2022-05-20T06:17:50Z","message":"x","program":"multipathd"})");
  ASSERT_TRUE(other);
  EXPECT_EQ(other->program, "multipathd");
  EXPECT_FALSE(other->continues);
}

TEST(CarriedJson, IsNoOtherJson) {
  for (const char* text :
       {"", "{", "[]", "5", R"({"a":1})", R"({"MESSAGE":"no time"})",
        R"({"__REALTIME_TIMESTAMP":"-5","MESSAGE":"x"})",
        R"({"__REALTIME_TIMESTAMP":"99999999999999999999","MESSAGE":"x"})",
        R"({"time":"yesterday","log":"x"})", R"({"time_us":1,"lane":"kernel","text":"x"})"}) {
    EXPECT_FALSE(ParseCarriedJson(text)) << text;
  }
}

TEST(ProgramInJson, IsFoundWithoutParsing) {
  EXPECT_EQ(ProgramInJson(R"({"A":"b","SYSLOG_IDENTIFIER":"sshd","C":"d"})"), "sshd");
  EXPECT_EQ(ProgramInJson(R"({"SYSLOG_IDENTIFIER":"ss)"), "ss");
  EXPECT_EQ(ProgramInJson("{}"), "");
}

TEST(ExportReader, ReadsTextAndBinaryFields) {
  ExportReader reader;
  EXPECT_TRUE(ExportReader::Begins("__CURSOR=s=1"));
  EXPECT_FALSE(reader.IsInEntry());
  EXPECT_FALSE(reader.Add("__CURSOR=s=1"));
  EXPECT_TRUE(reader.IsInEntry());
  EXPECT_FALSE(reader.Add("__REALTIME_TIMESTAMP=5"));
  EXPECT_FALSE(reader.Add("MESSAGE"));
  // Ten bytes: the length has a newline itself, and so has the value.
  const std::string length("\x0a\0\0\0\0\0\0\0", 8);
  EXPECT_FALSE(reader.Add(""));
  EXPECT_FALSE(reader.Add(length.substr(1) + "a=b"));
  EXPECT_FALSE(reader.Add("\xff 3456"));
  EXPECT_FALSE(reader.Add("_COMM=multipathd"));
  const auto line = reader.Add("");
  ASSERT_TRUE(line);
  EXPECT_FALSE(reader.IsInEntry());
  EXPECT_EQ(line->message, "a=b\n\xff 3456");
  EXPECT_EQ(line->program, "multipathd");
}

TEST(ExportReader, SurvivesADamagedLength) {
  ExportReader reader;
  EXPECT_FALSE(reader.Add("__REALTIME_TIMESTAMP=5"));
  EXPECT_FALSE(reader.Add("MESSAGE"));
  EXPECT_FALSE(reader.Add("no length at all"));
  EXPECT_FALSE(reader.Add("_COMM=kernel"));
  const auto line = reader.Add("");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->program, "kernel");
  EXPECT_FALSE(reader.Add("PRIORITY=4"));
  EXPECT_FALSE(reader.End()) << "an entry without a time";
}

}  // namespace
}  // namespace dualpath::timeline
