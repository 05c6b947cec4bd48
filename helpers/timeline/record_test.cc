#include "helpers/timeline/record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dualpath::timeline {
namespace {

using ::testing::HasSubstr;

Record Full() {
  Record record;
  record.time_us = 12345678;
  record.error_us = 40;
  record.lane = Lane::kGuest;
  record.kind = "io";
  record.severity = Severity::kError;
  record.text = "Input/output error";
  record.duration_us = 84000;
  record.path = "3:0:1:0";
  record.device = "sdb";
  record.map = "mpatha";
  record.state = "failed";
  record.latency_us = 83000;
  record.error_number = 5;
  record.sequence = 12;
  record.block = 11;
  return record;
}

std::string WhyNot(const std::string& line) {
  const auto record = Record::ParseJsonLine(line);
  return record.ok() ? "parsed" : record.error().reason();
}

TEST(Record, WritesEveryFieldUnderItsName) {
  EXPECT_EQ(Full().ToJsonLine(),
            R"({"time_us":12345678,"error_us":40,"lane":"guest","kind":"io","severity":"error",)"
            R"("text":"Input/output error","duration_us":84000,"path":"3:0:1:0","device":"sdb",)"
            R"("map":"mpatha","state":"failed","latency_us":83000,"errno":5,"sequence":12,)"
            R"("block":11})");
}

TEST(Record, IsUnchangedByWritingAndReading) {
  Record bare;
  bare.time_us = -1;
  bare.error_number = 0;
  for (const Record& record : {Full(), bare}) {
    const auto read = Record::ParseJsonLine(record.ToJsonLine());
    ASSERT_TRUE(read.ok()) << read.error().ToString();
    EXPECT_EQ(*read, record);
  }
}

TEST(Record, LeavesOutEmptyFields) {
  EXPECT_EQ(Record{}.ToJsonLine(), R"({"time_us":0,"lane":"case"})");
}

TEST(Record, ReplacesBytesThatAreNotUtf8) {
  Record record;
  record.text = "stor\xff\nage";
  EXPECT_EQ(record.ToJsonLine(),
            "{\"time_us\":0,\"lane\":\"case\",\"text\":\"stor\xef\xbf\xbd\\nage\"}");
}

TEST(Record, SkipsUnknownKeys) {
  const auto record = Record::ParseJsonLine(R"({"time_us":1,"lane":"qemu","later":[1]})");
  ASSERT_TRUE(record.ok());
  EXPECT_EQ(record->lane, Lane::kQemu);
}

TEST(Record, ExplainsWhyALineIsMalformed) {
  EXPECT_EQ(WhyNot("{\"time_us\":1,"), "not JSON");
  EXPECT_EQ(WhyNot("[1]"), "not an object");
  EXPECT_EQ(WhyNot(R"({"lane":"case"})"), "no time_us");
  EXPECT_EQ(WhyNot(R"({"time_us":1})"), "unknown lane ''");
  EXPECT_EQ(WhyNot(R"({"time_us":1,"lane":"moon"})"), "unknown lane 'moon'");
  EXPECT_EQ(WhyNot(R"({"time_us":"1","lane":"case"})"), "time_us: not an integer");
  EXPECT_EQ(WhyNot(R"({"time_us":1,"lane":"case","severity":"bad"})"), "unknown severity 'bad'");
  EXPECT_THAT(WhyNot(R"({"time_us":1,"lane":"case","text":5})"), HasSubstr("text: "));
  EXPECT_EQ(WhyNot(R"({"time_us":1,"lane":"case","errno":1.5})"), "errno: not an integer");
}

TEST(Record, RejectsNumbersThatItCannotHold) {
  // 2^32 would become errno 0: success.
  EXPECT_EQ(WhyNot(R"({"time_us":1,"lane":"guest","errno":4294967296})"), "errno: out of range");
  EXPECT_EQ(WhyNot(R"({"time_us":1,"lane":"guest","block":-1})"), "block: out of range");
  EXPECT_EQ(WhyNot(R"({"time_us":18446744073709551615,"lane":"case"})"), "time_us: out of range");
}

TEST(Record, RejectsTimesThatCannotBeAddedUp) {
  EXPECT_EQ(WhyNot(R"({"time_us":9223372036854775807,"lane":"case"})"), "time_us: out of range");
  EXPECT_EQ(WhyNot(R"({"time_us":-9223372036854775807,"lane":"case"})"), "time_us: out of range");
  EXPECT_EQ(WhyNot(R"({"time_us":1,"lane":"case","duration_us":9223372036854775807})"),
            "duration_us: out of range");
  EXPECT_EQ(WhyNot(R"({"time_us":1,"lane":"case","error_us":9223372036854775807})"),
            "error_us: out of range");
}

TEST(Record, EveryLaneHasAName) {
  for (const Lane lane : {Lane::kCase, Lane::kFault, Lane::kPath, Lane::kMap, Lane::kMultipathd,
                          Lane::kKernel, Lane::kQemu, Lane::kGuest}) {
    EXPECT_EQ(LaneOf(Name(lane)), lane);
  }
  EXPECT_EQ(LaneOf(""), std::nullopt);
}

TEST(Ndjson, HasOneRecordPerLine) {
  const std::vector<Record> records{Full(), Record{}};
  const std::string text = ToNdjson(records);
  const auto read = ParseNdjson("\n" + text + "\r\n" + text.substr(0, text.find('\n')));
  ASSERT_TRUE(read.ok()) << read.error().ToString();
  EXPECT_EQ(*read, (std::vector<Record>{Full(), Record{}, Full()}));
}

TEST(Ndjson, NamesTheLineInAnError) {
  const auto read = ParseNdjson("\n{}\n");
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().ToString(), "line 2: parse a record of a timeline: '{}': no time_us");
}

}  // namespace
}  // namespace dualpath::timeline
