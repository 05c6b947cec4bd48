#include "helpers/observe/qemu_trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>

#include "helpers/base/temporary_directory.h"

namespace dualpath::observe {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

template <typename T>
T EventIn(const std::string& line) {
  const auto record = ParseQemuTraceLine(line);
  EXPECT_TRUE(record.ok()) << record.error().ToString();
  if (!record.ok() || !*record) return T();
  const T* event = std::get_if<T>(&(*record)->event);
  EXPECT_NE(event, nullptr) << line;
  return event == nullptr ? T() : *event;
}

// QEMU 10.0's wording.
TEST(QemuTraceLine, FollowsACommandThroughQemu) {
  const auto request = EventIn<VirtioScsiRequest>(
      "504@1795360667.883672:virtio_scsi_cmd_req virtio_scsi_cmd_req lun=0 tag=0x5eed438 cmd=0x2a");
  EXPECT_EQ(request.tag, 0x5eed438U);
  EXPECT_EQ(request.opcode, 0x2a);
  const auto sg_io = EventIn<SgIoSubmission>(
      "504@1795360667.883937:scsi_disk_aio_sgio_command disk aio sgio: tag=0x5eed438 cmd=0x2a "
      "(sector 24, count 8) timeout=30000");
  EXPECT_EQ(sg_io.tag, 0x5eed438U);
  EXPECT_EQ(sg_io.opcode, 0x2a);
  EXPECT_EQ(sg_io.sector, 24U);
  const auto submitted = EventIn<PoolSubmission>(
      "504@1795360667.883951:thread_pool_submit_aio pool 0x5614c469d530 req 0x5614c58a0a00 opaque "
      "0x7fb6bea58ef0");
  EXPECT_EQ(submitted.request, 0x5614c58a0a00U);
  const auto completed = EventIn<PoolCompletion>(
      "504@1795360667.884264:thread_pool_complete_aio pool 0x5614c469d530 req 0x5614c58a0a00 "
      "opaque 0x7fb6bea58ea0 ret -19");
  EXPECT_EQ(completed.request, submitted.request);
  EXPECT_EQ(completed.error_number, ENODEV);
  const auto answer = EventIn<VirtioScsiAnswer>(
      "504@1795360667.884294:virtio_scsi_cmd_resp virtio_scsi_cmd_resp lun=0 tag=0x5eed438 "
      "response=7 status=0x0");
  EXPECT_EQ(answer.tag, 0x5eed438U);
  EXPECT_EQ(answer.response, VirtioScsiResponse::kTargetFailure);
  EXPECT_EQ(answer.status, scsi::ScsiStatus::kGood);
}

TEST(QemuTraceLine, HasTheTimeOfDay) {
  const auto record = ParseQemuTraceLine(
      "504@1795360667.000072:virtio_scsi_cmd_req virtio_scsi_cmd_req lun=0 tag=0x1 cmd=0x0");
  ASSERT_TRUE(record.ok() && *record);
  EXPECT_EQ((*record)->realtime_us, 1795360667000072);
}

TEST(QemuTraceLine, HasTheTimeOfDayAsADateInQemu11) {
  const auto record = ParseQemuTraceLine(
      "2026-11-22T19:39:10.301048Z virtio_scsi_cmd_req virtio_scsi_cmd_req lun=0 tag=0x5a9d440 "
      "cmd=0x2a");
  ASSERT_TRUE(record.ok() && *record);
  EXPECT_EQ((*record)->realtime_us, 1795376350301048);
  EXPECT_EQ(std::get<VirtioScsiRequest>((*record)->event).tag, 0x5a9d440U);
}

TEST(QemuTraceLine, KnowsOtherCommandsAndOlderNames) {
  const auto sg_io = EventIn<SgIoSubmission>(
      "504@1.000000:scsi_generic_aio_sgio_command generic aio sgio: tag=0x12 cmd=0x12 "
      "timeout=4294967295");
  EXPECT_EQ(sg_io.opcode, 0x12);
  EXPECT_EQ(sg_io.sector, std::nullopt);
  const auto completed = EventIn<PoolCompletion>(
      "504@1.000000:thread_pool_complete pool 0x5 req 0x6 opaque 0x7 ret 0");
  EXPECT_EQ(completed.error_number, 0);
  const auto sense = EventIn<BuiltSense>(
      "504@1.000000:scsi_req_build_sense target 0 lun 0 tag -1 key 0x05 asc 0x24 ascq 0x00");
  EXPECT_EQ(sense.tag, 0xffffffffU) << "printed with a sign by this event only";
  EXPECT_EQ(sense.key, 5U);
  EXPECT_EQ(sense.asc, 0x24U);
}

TEST(QemuTraceLine, PassesOverEverythingElse) {
  for (const char* line :
       {"", "-msg timestamp=on", "2026-11-22 15:17:44.081+0000: Domain id=1 is tainted",
        "504@1.000000:scsi_req_parsed target 0 lun 0 tag 1 command 42 dir 2 length 4096",
        "504@1.000000:handle_qmp_command mon 0x1 req: {}"}) {
    const auto record = ParseQemuTraceLine(line);
    ASSERT_TRUE(record.ok()) << line;
    EXPECT_FALSE(*record) << line;
  }
}

TEST(QemuTraceLine, ComplainsOfAnotherWording) {
  const auto record = ParseQemuTraceLine("504@1.000000:virtio_scsi_cmd_req lun 0 tag 1");
  ASSERT_FALSE(record.ok());
  EXPECT_THAT(record.error().ToString(), HasSubstr("its arguments are in another wording"));
}

TEST(VirtioScsiResponse, HasTheNamesOfTheStandard) {
  EXPECT_EQ(ToString(VirtioScsiResponse::kOk), "OK");
  EXPECT_EQ(ToString(VirtioScsiResponse::kFailure), "FAILURE");
  EXPECT_EQ(ToString(VirtioScsiResponse::kIncorrectLun), "INCORRECT_LUN");
  EXPECT_EQ(ToString(static_cast<VirtioScsiResponse>(13)), "response 13");
}

TEST(Realtime, IsMonotonicTimePlusAnOffset) {
  const std::int64_t offset = RealtimeMinusMonotonic();
  timespec monotonic{};
  ::clock_gettime(CLOCK_MONOTONIC, &monotonic);
  const std::int64_t seconds = offset / 1000000 + monotonic.tv_sec;
  EXPECT_NEAR(static_cast<double>(seconds), static_cast<double>(std::time(nullptr)), 2);
}

/// A QEMU that knows some events, and logs its monitor's commands if that is switched on.
class FakeQemu {
 public:
  explicit FakeQemu(std::string log) : log_(std::move(log)) { Log("what was there before"); }

  std::set<std::string> lacks;  ///< events that it does not have
  bool logs = true;             ///< its trace backend is "log"
  std::vector<std::string> on;  ///< events that are switched on

  QemuTrace::Monitor Monitor() {
    return [this](const std::string& command) { return Answer(command); };
  }

  void Log(const std::string& line) { std::ofstream(log_, std::ios::app) << line << '\n'; }

  void Rotate() { std::filesystem::rename(log_, log_ + ".0"); }

 private:
  Result<std::string> Answer(const std::string& command) {
    const bool marks = std::find(on.begin(), on.end(), "handle_qmp_command") != on.end();
    if (logs && marks) Log("504@1.000000:handle_qmp_command mon 0x1 req: " + command);
    const std::string name = Between(command, "\"name\":\"", "\"");
    if (command.find("trace-event-get-state") != std::string::npos) {
      if (name.rfind("dualpath_", 0) == 0) return std::string(R"({"error":{"class":"x"}})");
      return lacks.count(name) != 0
                 ? std::string(R"({"return":[{"name":"x","state":"unavailable"}]})")
                 : std::string(R"({"return":[{"name":"x","state":"disabled"}]})");
    }
    if (command.find("\"enable\":true") != std::string::npos) {
      on.push_back(name);
    } else {
      on.erase(std::remove(on.begin(), on.end(), name), on.end());
    }
    return std::string(R"({"return":{},"id":"libvirt-1"})");
  }

  static std::string Between(const std::string& text, const std::string& before,
                             const std::string& after) {
    const std::size_t begin = text.find(before) + before.size();
    return text.substr(begin, text.find(after, begin) - begin);
  }

  std::string log_;
};

class QemuTraceTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = TemporaryDirectory::Create();
    ASSERT_TRUE(made.ok()) << made.error().ToString();
    directory_ = std::make_unique<TemporaryDirectory>(std::move(*made));
    log_ = directory_->path() + "/guest.log";
    qemu_ = std::make_unique<FakeQemu>(log_);
  }

  static Deadline Soon() { return Deadline::InUnscaled(std::chrono::milliseconds(200)); }

  std::unique_ptr<TemporaryDirectory> directory_;
  std::string log_;
  std::unique_ptr<FakeQemu> qemu_;
};

TEST_F(QemuTraceTest, SwitchesEventsOnAndOffAgain) {
  {
    auto trace = QemuTrace::Start(qemu_->Monitor(), log_, Soon());
    ASSERT_TRUE(trace.ok()) << trace.error().ToString();
    EXPECT_THAT(qemu_->on,
                ElementsAre("virtio_scsi_cmd_*", "*_aio_sgio_command", "thread_pool_submit_aio",
                            "thread_pool_complete*", "scsi_req_build_sense", "handle_qmp_command"));
  }
  EXPECT_THAT(qemu_->on, IsEmpty());
}

TEST_F(QemuTraceTest, ReadsWhatWasTracedSince) {
  auto trace = QemuTrace::Start(qemu_->Monitor(), log_, Soon());
  ASSERT_TRUE(trace.ok()) << trace.error().ToString();
  qemu_->Log("504@1.000000:virtio_scsi_cmd_req virtio_scsi_cmd_req lun=0 tag=0x1 cmd=0x2a");
  qemu_->Log("504@1.000000:virtio_scsi_cmd_resp in other words");
  const auto read = trace->Read(Soon());
  ASSERT_TRUE(read.ok()) << read.error().ToString();
  EXPECT_THAT(read->events, SizeIs(1));
  EXPECT_THAT(read->not_understood, ElementsAre(HasSubstr("in other words")));
  qemu_->Log("504@1.000000:virtio_scsi_cmd_req virtio_scsi_cmd_req lun=0 tag=0x2 cmd=0x2a");
  const auto more = trace->Read(Soon());
  ASSERT_TRUE(more.ok()) << more.error().ToString();
  EXPECT_THAT(more->events, SizeIs(2));
}

TEST_F(QemuTraceTest, ReadsOnWhenTheLogIsRotated) {
  auto trace = QemuTrace::Start(qemu_->Monitor(), log_, Soon());
  ASSERT_TRUE(trace.ok()) << trace.error().ToString();
  qemu_->Log("504@1.000000:virtio_scsi_cmd_req virtio_scsi_cmd_req lun=0 tag=0x1 cmd=0x2a");
  qemu_->Rotate();
  qemu_->Log("504@1.000000:virtio_scsi_cmd_req virtio_scsi_cmd_req lun=0 tag=0x2 cmd=0x2a");
  const auto read = trace->Read(Soon());
  ASSERT_TRUE(read.ok()) << read.error().ToString();
  EXPECT_THAT(read->events, SizeIs(2));
}

TEST_F(QemuTraceTest, NamesTheEventThatThisQemuLacks) {
  qemu_->lacks = {"*_aio_sgio_command"};
  const auto trace = QemuTrace::Start(qemu_->Monitor(), log_, Soon());
  ASSERT_FALSE(trace.ok());
  EXPECT_EQ(trace.error().ToString(),
            "trace QEMU: *_aio_sgio_command: this QEMU has no such trace event");
  EXPECT_THAT(qemu_->on, IsEmpty()) << "what was switched on before is off again";
}

TEST_F(QemuTraceTest, NoticesAnotherTraceBackend) {
  qemu_->logs = false;
  const auto trace = QemuTrace::Start(qemu_->Monitor(), log_, Soon());
  ASSERT_FALSE(trace.ok());
  EXPECT_THAT(trace.error().ToString(), HasSubstr("its trace backend may be another than \"log\""));
  EXPECT_THAT(qemu_->on, IsEmpty());
}

TEST_F(QemuTraceTest, NamesTheLogThatIsMissing) {
  EXPECT_EQ(QemuTrace::Start(qemu_->Monitor(), "/no/such.log", Soon()).error().ToString(),
            "open QEMU's log: /no/such.log: No such file or directory (errno 2)");
}

}  // namespace
}  // namespace dualpath::observe
