#include "helpers/observe/trace_fs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>

#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"

namespace dualpath::observe {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

/// A directory with tracefs's files. Unlike tracefs it neither fills a new instance nor removes one
/// that is not empty.
class TraceFsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto made = TemporaryDirectory::Create();
    ASSERT_TRUE(made.ok()) << made.error().ToString();
    directory_ = std::make_unique<TemporaryDirectory>(std::move(*made));
    Put("kprobe_events", "");
    Fill("dualpath-" + pid_);
  }

  void Put(const std::string& file, const std::string& content) {
    const Status written = WriteFileAtomically(Root() + "/" + file, content);
    ASSERT_TRUE(written.ok()) << written.error().ToString();
  }

  void Fill(const std::string& instance) {
    const std::string in = "instances/" + instance + "/";
    Put(in + "trace_clock", "");
    Put(in + "trace", "");
    for (const char* event : {"scsi/scsi_dispatch_cmd_done", "scsi/scsi_dispatch_cmd_timeout",
                              "scsi/scsi_dispatch_cmd_error", "block/block_rq_complete"}) {
      Put(in + "events/" + event + "/filter", "");
      Put(in + "events/" + event + "/enable", "0");
    }
    Put(in + "events/block/block_rq_complete/format", "\tfield:int error;\toffset:28;\tsize:4;\n");
    const std::string probe = in + "events/dualpath_" + pid_ + "/dualpath_sg_io";
    Put(probe + "/filter", "");
    Put(probe + "/enable", "0");
  }

  std::string Root() const { return directory_->path(); }
  std::string Instance() const { return Root() + "/instances/dualpath-" + pid_; }
  std::string Event(const std::string& name) const {
    const auto content = ReadFile(Instance() + "/events/" + name);
    return content.ok() ? *content : content.error().ToString();
  }

  /// Removes the contents of the instance, as tracefs does on rmdir.
  void Empty() {
    for (const auto& entry : fs::directory_iterator(Instance())) fs::remove_all(entry.path());
  }

  const std::string pid_ = std::to_string(::getpid());
  std::unique_ptr<TemporaryDirectory> directory_;
};

TEST_F(TraceFsTest, TracesOnlyErrors) {
  auto trace = TraceFs::Start(Root());
  ASSERT_TRUE(trace.ok()) << trace.error().ToString();
  EXPECT_EQ(*ReadFile(Instance() + "/trace_clock"), "mono");
  EXPECT_EQ(Event("scsi/scsi_dispatch_cmd_done/filter"), "result != 0");
  EXPECT_EQ(Event("scsi/scsi_dispatch_cmd_done/enable"), "1");
  EXPECT_EQ(Event("scsi/scsi_dispatch_cmd_timeout/enable"), "1");
  EXPECT_EQ(Event("scsi/scsi_dispatch_cmd_error/enable"), "1");
  EXPECT_EQ(Event("block/block_rq_complete/filter"), "error != 0");
  EXPECT_EQ(Event("block/block_rq_complete/enable"), "1");
  EXPECT_EQ(trace->why_no_sg_io(), "");
  EXPECT_EQ(Event("dualpath_" + pid_ + "/dualpath_sg_io/filter"),
            "host != 0 || driver != 0 || status != 0");
  EXPECT_THAT(
      *ReadFile(Root() + "/kprobe_events"),
      HasSubstr("p:dualpath_" + pid_ + "/dualpath_sg_io put_sg_io_hdr status=+64($arg1):u8"));
  Empty();
  const Status stopped = trace->Stop();
  EXPECT_TRUE(stopped.ok()) << stopped.error().ToString();
  EXPECT_FALSE(fs::exists(Instance()));
  EXPECT_THAT(*ReadFile(Root() + "/kprobe_events"),
              HasSubstr("-:dualpath_" + pid_ + "/dualpath_sg_io"));
}

TEST_F(TraceFsTest, UsesTheFieldOfOldKernels) {
  const std::string format =
      "instances/dualpath-" + pid_ + "/events/block/block_rq_complete/format";
  Put(format, "\tfield:int errors;\toffset:28;\tsize:4;\n");
  auto trace = TraceFs::Start(Root());
  ASSERT_TRUE(trace.ok()) << trace.error().ToString();
  EXPECT_EQ(Event("block/block_rq_complete/filter"), "errors != 0") << "Linux 3.10";
  Empty();
  Fill("dualpath-" + pid_);
  Put(format, "\tfield:unsigned int nr_sector;\n");
  EXPECT_THAT(TraceFs::Start(Root()).error().ToString(), HasSubstr("neither error nor errors"));
  Empty();
}

TEST_F(TraceFsTest, StartsWithoutProbes) {
  fs::remove(Root() + "/kprobe_events");
  auto trace = TraceFs::Start(Root());
  ASSERT_TRUE(trace.ok()) << trace.error().ToString();
  EXPECT_THAT(trace->why_no_sg_io(), HasSubstr("kprobe_events: No such file or directory"));
  Empty();
}

TEST_F(TraceFsTest, ReadsEvents) {
  auto trace = TraceFs::Start(Root());
  ASSERT_TRUE(trace.ok()) << trace.error().ToString();
  Put("instances/dualpath-" + pid_ + "/trace",
      "          worker-528     [000] .....   101.500000: block_rq_complete: 8,16 N () 0 + 8 "
      "[-19]\n");
  const auto read = trace->Read();
  ASSERT_TRUE(read.ok()) << read.error().ToString();
  EXPECT_THAT(read->events, SizeIs(1));
  Empty();
}

TEST_F(TraceFsTest, NamesTheUnavailableEvent) {
  fs::remove_all(Instance() + "/events/scsi");
  const auto trace = TraceFs::Start(Root());
  ASSERT_FALSE(trace.ok());
  EXPECT_THAT(trace.error().ToString(), HasSubstr("scsi_dispatch_cmd_done/filter"));
}

TEST_F(TraceFsTest, RemovesOnlyInstancesOfEndedProcesses) {
  const std::string dead = "4194305";  // the highest process ID plus one
  fs::create_directories(Root() + "/instances/dualpath-" + dead);
  fs::create_directories(Root() + "/instances/dualpath-1");
  fs::create_directories(Root() + "/instances/dualpath-x");
  fs::create_directories(Root() + "/instances/other");
  auto trace = TraceFs::Start(Root());
  ASSERT_TRUE(trace.ok()) << trace.error().ToString();
  EXPECT_FALSE(fs::exists(Root() + "/instances/dualpath-" + dead));
  EXPECT_TRUE(fs::exists(Root() + "/instances/dualpath-1"));
  EXPECT_TRUE(fs::exists(Root() + "/instances/dualpath-x"));
  EXPECT_TRUE(fs::exists(Root() + "/instances/other"));
  Empty();
}

TEST(TraceFs, FindsProbesOfEndedProcesses) {
  const std::string alive = std::to_string(::getpid());
  EXPECT_THAT(StaleProbeGroups("p:dualpath_4194305/dualpath_sg_io put_sg_io_hdr a=b/c:u8\n"
                               "p:kprobes/other do_exit\n"
                               "r16:dualpath_4194306/dualpath_sg_io put_sg_io_hdr\n"
                               "p:dualpath_" +
                               alive + "/dualpath_sg_io put_sg_io_hdr\n\n"),
              ElementsAre("dualpath_4194305", "dualpath_4194306"));
}

}  // namespace
}  // namespace dualpath::observe
