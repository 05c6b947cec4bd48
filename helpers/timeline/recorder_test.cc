#include "helpers/timeline/recorder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::timeline {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Record Step(const std::string& text) {
  Record record;
  record.kind = "step";
  record.text = text;
  return record;
}

TEST(Recorder, WritesEachRecordImmediately) {
  const auto directory = TemporaryDirectory::Create();
  ASSERT_TRUE(directory.ok());
  const std::string file = directory->path() + "/records.ndjson";
  Recorder recorder;
  ASSERT_TRUE(recorder.Begin(file).ok());
  recorder.Add(Step("one"));
  recorder.AddAll({Step("two"), Step("three")});

  const auto text = ReadFile(file);
  ASSERT_TRUE(text.ok());
  const auto written = ParseNdjson(*text);
  ASSERT_TRUE(written.ok());
  EXPECT_EQ(*written, recorder.Records());
  EXPECT_THAT(*written, SizeIs(3));
}

TEST(Recorder, CallsTheHookBeforeEachStepAndFault) {
  Recorder& recorder = Recorder::OfThisProcess();
  ASSERT_TRUE(recorder.Begin("").ok());
  std::vector<std::string> seen;
  recorder.BeforeEachStep([&](const Record& step) {
    EXPECT_THAT(recorder.Records(), SizeIs(seen.size())) << "not recorded yet";
    seen.push_back(step.text);
  });
  RecordStep("stop multipathd");
  RecordFault(Severity::kWarning, "delete", "3:0:1:0", "sda");
  recorder.BeforeEachStep({});
  RecordStep("start multipathd");
  EXPECT_THAT(seen, ElementsAre("stop multipathd", "delete 3:0:1:0 (sda)"));
  EXPECT_THAT(recorder.Records(), SizeIs(3));
  ASSERT_TRUE(recorder.Begin("").ok());
}

TEST(Recorder, DiscardsEarlierRecordsAtBegin) {
  const auto directory = TemporaryDirectory::Create();
  ASSERT_TRUE(directory.ok());
  const std::string file = directory->path() + "/records.ndjson";
  Recorder recorder;
  recorder.Add(Step("before"));
  ASSERT_TRUE(recorder.Begin(file).ok());
  recorder.Add(Step("first file"));
  ASSERT_TRUE(recorder.Begin(file).ok());
  EXPECT_THAT(recorder.Records(), IsEmpty());
  const auto text = ReadFile(file);
  ASSERT_TRUE(text.ok());
  EXPECT_EQ(*text, "");
}

TEST(Recorder, NamesAFileThatCannotBeCreated) {
  Recorder recorder;
  const Status begun = recorder.Begin("/proc/none/records.ndjson");
  ASSERT_FALSE(begun.ok());
  EXPECT_THAT(begun.error().ToString(), HasSubstr("/proc/none/records.ndjson"));
}

TEST(Recorder, KeepsRecordsIfTheDiskIsFull) {
  Recorder recorder;
  ASSERT_TRUE(recorder.Begin("/dev/full").ok());
  recorder.Add(Step("one"));
  recorder.Add(Step("two"));
  EXPECT_THAT(recorder.Records(), SizeIs(2));
}

TEST(Recorder, AddsRecordsOfSeveralThreads) {
  Recorder recorder;
  const auto add = [&recorder] {
    for (int i = 0; i < 500; ++i) recorder.Add(Step("x"));
  };
  std::thread one(add);
  std::thread other(add);
  one.join();
  other.join();
  EXPECT_THAT(recorder.Records(), SizeIs(1000));
}

TEST(Recorder, AFaultContainsVerbPathAndDevice) {
  const std::int64_t before = MonotonicUs();
  RecordFault(Severity::kWarning, "delete", "3:0:1:0", "sdb");
  const Record fault = Recorder::OfThisProcess().Records().back();
  EXPECT_GE(fault.time_us, before);
  EXPECT_LE(fault.time_us, MonotonicUs());
  EXPECT_EQ(fault.lane, Lane::kFault);
  EXPECT_EQ(fault.kind, "fault");
  EXPECT_EQ(fault.text, "delete 3:0:1:0 (sdb)");
  EXPECT_EQ(fault.path, "3:0:1:0");
  EXPECT_EQ(fault.device, "sdb");

  RecordStep("I/O starts");
  EXPECT_THAT(Recorder::OfThisProcess().Records().back(), Field(&Record::text, "I/O starts"));
}

}  // namespace
}  // namespace dualpath::timeline
