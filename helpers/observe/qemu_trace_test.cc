#include "helpers/observe/qemu_trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
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

TEST(Realtime, IsMonotonicPlusTheOffset) {
  const std::int64_t offset = RealtimeMinusMonotonic();
  timespec monotonic{};
  ::clock_gettime(CLOCK_MONOTONIC, &monotonic);
  const std::int64_t seconds = offset / 1000000 + monotonic.tv_sec;
  EXPECT_NEAR(static_cast<double>(seconds), static_cast<double>(std::time(nullptr)), 2);
}

/// A QEMU with trace events, which logs its monitor's commands if that event is enabled.
class FakeQemu {
 public:
  explicit FakeQemu(std::string log) : log_(std::move(log)) { Log("earlier message"); }

  std::set<std::string> unavailable;
  bool logs = true;  ///< whether the trace backend is "log"
  std::vector<std::string> enabled;

  QemuTrace::Monitor Monitor() {
    return [this](const std::string& command) { return Reply(command); };
  }

  void Log(const std::string& line) { std::ofstream(log_, std::ios::app) << line << '\n'; }

  void Rotate() { std::filesystem::rename(log_, log_ + ".0"); }

 private:
  Result<std::string> Reply(const std::string& command) {
    const bool logs_commands =
        std::find(enabled.begin(), enabled.end(), "handle_qmp_command") != enabled.end();
    if (logs && logs_commands) Log("504@1.000000:handle_qmp_command mon 0x1 req: " + command);
    const std::string name = Between(command, "\"name\":\"", "\"");
    if (command.find("trace-event-get-state") != std::string::npos) {
      if (name.rfind("dualpath_", 0) == 0) return std::string(R"({"error":{"class":"x"}})");
      return unavailable.count(name) != 0
                 ? std::string(R"({"return":[{"name":"x","state":"unavailable"}]})")
                 : std::string(R"({"return":[{"name":"x","state":"disabled"}]})");
    }
    if (command.find("\"enable\":true") != std::string::npos) {
      enabled.push_back(name);
    } else {
      enabled.erase(std::remove(enabled.begin(), enabled.end(), name), enabled.end());
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

TEST_F(QemuTraceTest, EnablesAndDisablesEvents) {
  {
    auto trace = QemuTrace::Start(qemu_->Monitor(), log_, Soon());
    ASSERT_TRUE(trace.ok()) << trace.error().ToString();
    EXPECT_THAT(qemu_->enabled,
                ElementsAre("virtio_scsi_cmd_*", "*_aio_sgio_command", "thread_pool_submit*",
                            "thread_pool_complete*", "scsi_req_build_sense", "handle_qmp_command"));
  }
  EXPECT_THAT(qemu_->enabled, IsEmpty());
}

TEST_F(QemuTraceTest, ReturnsEventsSinceStart) {
  auto trace = QemuTrace::Start(qemu_->Monitor(), log_, Soon());
  ASSERT_TRUE(trace.ok()) << trace.error().ToString();
  qemu_->Log("504@1.000000:virtio_scsi_cmd_req virtio_scsi_cmd_req lun=0 tag=0x1 cmd=0x2a");
  qemu_->Log("504@1.000000:virtio_scsi_cmd_resp unknown arguments");
  const auto read = trace->Read(Soon());
  ASSERT_TRUE(read.ok()) << read.error().ToString();
  EXPECT_THAT(read->events, SizeIs(1));
  EXPECT_THAT(read->not_understood, ElementsAre(HasSubstr("unknown arguments")));
  qemu_->Log("504@1.000000:virtio_scsi_cmd_req virtio_scsi_cmd_req lun=0 tag=0x2 cmd=0x2a");
  const auto more = trace->Read(Soon());
  ASSERT_TRUE(more.ok()) << more.error().ToString();
  EXPECT_THAT(more->events, SizeIs(2));
}

TEST_F(QemuTraceTest, FollowsARotatedLog) {
  auto trace = QemuTrace::Start(qemu_->Monitor(), log_, Soon());
  ASSERT_TRUE(trace.ok()) << trace.error().ToString();
  qemu_->Log("504@1.000000:virtio_scsi_cmd_req virtio_scsi_cmd_req lun=0 tag=0x1 cmd=0x2a");
  qemu_->Rotate();
  qemu_->Log("504@1.000000:virtio_scsi_cmd_req virtio_scsi_cmd_req lun=0 tag=0x2 cmd=0x2a");
  const auto read = trace->Read(Soon());
  ASSERT_TRUE(read.ok()) << read.error().ToString();
  EXPECT_THAT(read->events, SizeIs(2));
}

TEST_F(QemuTraceTest, NamesTheUnavailableEvent) {
  qemu_->unavailable = {"*_aio_sgio_command"};
  const auto trace = QemuTrace::Start(qemu_->Monitor(), log_, Soon());
  ASSERT_FALSE(trace.ok());
  EXPECT_EQ(trace.error().ToString(),
            "trace QEMU: *_aio_sgio_command: this QEMU has no such trace event");
  EXPECT_THAT(qemu_->enabled, IsEmpty()) << "the events enabled before are disabled";
}

TEST_F(QemuTraceTest, FailsWithAnotherTraceBackend) {
  qemu_->logs = false;
  const auto trace = QemuTrace::Start(qemu_->Monitor(), log_, Soon());
  ASSERT_FALSE(trace.ok());
  EXPECT_THAT(trace.error().ToString(),
              HasSubstr("is QEMU built with a trace backend other than \"log\"?"));
  EXPECT_THAT(qemu_->enabled, IsEmpty());
}

TEST_F(QemuTraceTest, NamesTheMissingLog) {
  EXPECT_EQ(QemuTrace::Start(qemu_->Monitor(), "/no/such.log", Soon()).error().ToString(),
            "open QEMU log: /no/such.log: No such file or directory (errno 2)");
}

}  // namespace
}  // namespace dualpath::observe
