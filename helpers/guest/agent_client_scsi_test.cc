#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <optional>
#include <thread>

#include "helpers/base/eventually.h"
#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/guest/agent_client.h"
#include "images/guest/agent/server.h"

namespace dualpath::guest {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

#define ASSERT_OK(result) ASSERT_TRUE((result).ok()) << (result).error().ToString()

Deadline Soon() { return Deadline::In(seconds(10)); }

std::atomic<bool> held{false};

/// A disk that answers READ with its CDB, accepts a WRITE of "as sent" only, and rejects other
/// commands.
int FakeSgIo(int /*fd*/, sg_io_hdr_t* io) {
  PollUntil(Soon(), [] { return !held; });
  if (io->cmdp[0] == 0x28) {
    std::memcpy(io->dxferp, io->cmdp, io->cmd_len);
    io->resid = static_cast<int>(io->dxfer_len - io->cmd_len);
    return 0;
  }
  if (io->cmdp[0] == 0x2a && std::memcmp(io->dxferp, "as sent", 7) == 0) return 0;
  if (io->cmdp[0] == 0x00) {
    errno = ENODEV;
    return -1;
  }
  const unsigned char sense[] = {0x72, 0x05, 0x20, 0x00};
  std::memcpy(io->sbp, sense, sizeof(sense));
  io->sb_len_wr = sizeof(sense);
  io->status = 0x02;
  io->driver_status = 0x08;
  return 0;
}

/// The real agent in a thread, on a regular file with a fake SG_IO, and its client.
class AgentClientScsiTest : public ::testing::Test {
 protected:
  void SetUp() override {
    held = false;
    auto directory = TemporaryDirectory::Create();
    ASSERT_OK(directory);
    directory_.emplace(std::move(directory).value());
    disk_ = directory_->path() + "/storage.raw";
    ASSERT_OK(WriteFileAtomically(disk_, std::string(4096, '\0')));
    Begin(disk_);
  }

  void TearDown() override { End(); }

  void Begin(const std::string& disk) {
    int ends[2] = {-1, -1};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    theirs_ = UniqueFd(ends[1]);
    io_worker_.emplace(agent::DiskOptions{disk_});
    scsi_worker_.emplace(agent::DiskOptions{disk}, &FakeSgIo);
    thread_ = std::thread([this] {
      agent::Server server(*io_worker_, *scsi_worker_, {true, "/no/such/kmsg"});
      EXPECT_TRUE(server.Serve(theirs_.get()).ok());
    });
    auto agent = AgentClient::Adopt(UniqueFd(ends[0]), "the test's agent", Soon());
    ASSERT_OK(agent);
    agent_.emplace(std::move(agent).value());
  }

  void End() {
    held = false;
    agent_.reset();
    thread_.join();
  }

  AgentClient& agent() { return *agent_; }

  Result<scsi::Completion> Execute(const scsi::Command& command) {
    DUALPATH_TRY(const StartedCommand started, agent().StartScsi(command, Soon()));
    return agent().AwaitScsi(started, Soon());
  }

 private:
  std::optional<TemporaryDirectory> directory_;
  std::string disk_;
  UniqueFd theirs_;
  std::optional<agent::IoWorker> io_worker_;
  std::optional<agent::ScsiWorker> scsi_worker_;
  std::thread thread_;
  std::optional<AgentClient> agent_;
};

TEST_F(AgentClientScsiTest, ReturnsData) {
  const auto completion = Execute(scsi::Read10(0x01020304, 8));
  ASSERT_OK(completion);
  EXPECT_TRUE(completion->Ok()) << *completion;
  EXPECT_EQ(completion->command, "READ(10) of 8 blocks at 16909060");
  EXPECT_EQ(completion->data, (scsi::Bytes{0x28, 0, 1, 2, 3, 4, 0, 0, 8, 0}));
  EXPECT_EQ(completion->residual, 8 * 512 - 10);
  EXPECT_GT(completion->start.count(), 0);
  EXPECT_LE(completion->start, completion->end);
}

TEST_F(AgentClientScsiTest, SendsDataOutUpToTheLimit) {
  scsi::Bytes data(wire::kMaxScsiBytes);
  std::memcpy(data.data(), "as sent", 7);
  const auto completion = Execute(scsi::Write10(0, data));
  ASSERT_OK(completion);
  EXPECT_TRUE(completion->Ok()) << *completion;
}

TEST_F(AgentClientScsiTest, RefusesOverlongCommandsBeforeSending) {
  const auto too_much = Execute(scsi::Read10(0, 505));
  ASSERT_FALSE(too_much.ok());
  EXPECT_EQ(too_much.error().ToString(),
            "start a SCSI command in the guest: READ(10) of 505 blocks at 0, transfer of 258560 "
            "bytes: Invalid argument (errno 22)");
  EXPECT_THAT(Execute(scsi::Bare("long", scsi::Bytes(33))).error().ToString(),
              HasSubstr("long, CDB of 33 bytes"));
}

TEST_F(AgentClientScsiTest, ReturnsStatusAndSense) {
  const auto completion = Execute(scsi::Bare("vendor's", {0xc1, 0, 0, 0, 0, 0}));
  ASSERT_OK(completion);
  EXPECT_THAT(completion->ToString(),
              StartsWith("vendor's: CHECK CONDITION, DID_OK, driver byte 0x08; ILLEGAL REQUEST, "
                         "asc 0x20, ascq 0x00 after "));
  EXPECT_EQ(completion->raw_sense, (scsi::Bytes{0x72, 0x05, 0x20, 0x00}));
  EXPECT_THAT(completion->data, IsEmpty());
}

TEST_F(AgentClientScsiTest, ReturnsTheErrnoOfTheIoctl) {
  const auto completion = Execute(scsi::TestUnitReady());
  ASSERT_OK(completion);
  EXPECT_EQ(completion->error_number, ENODEV);
}

TEST_F(AgentClientScsiTest, ReportsACommandInFlightAndItsEnd) {
  held = true;
  const auto started = agent().StartScsi(scsi::Read10(0, 8), Soon());
  ASSERT_OK(started);
  EXPECT_TRUE(PollUntil(Soon(), [&] {
    const auto status = agent().ScsiResult(*started, Soon());
    return status.ok() && !status->completion && status->in_flight_for > milliseconds(20);
  }));
  EXPECT_TRUE(agent().IoState(Soon()).ok()) << "the agent still answers";
  const auto busy = agent().StartScsi(scsi::TestUnitReady(), Soon());
  ASSERT_FALSE(busy.ok());
  EXPECT_EQ(busy.error().error_number(), EBUSY);
  EXPECT_THAT(busy.error().ToString(), HasSubstr("send TEST UNIT READY: "));

  const auto late = agent().AwaitScsi(*started, Deadline::InUnscaled(milliseconds(50)));
  ASSERT_FALSE(late.ok());
  EXPECT_THAT(
      late.error().ToString(),
      StartsWith("wait for a SCSI command of the guest: READ(10) of 8 blocks at 0: deadline "
                 "expired; last seen: in flight for 0."));
  held = false;
  const auto completion = agent().AwaitScsi(*started, Soon());
  ASSERT_OK(completion);
  EXPECT_TRUE(completion->Ok()) << *completion;
  EXPECT_GE(completion->Took(), milliseconds(50));
}

TEST_F(AgentClientScsiTest, DoesNotReturnTheResultOfAnotherCommand) {
  const auto first = agent().StartScsi(scsi::Read10(0, 8), Soon());
  ASSERT_OK(first);
  ASSERT_OK(agent().AwaitScsi(*first, Soon()));
  ASSERT_OK(Execute(scsi::Read10(0, 8)));
  const auto again = agent().AwaitScsi(*first, Soon());
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(
      again.error().ToString(),
      "get the result of a SCSI command: READ(10) of 8 blocks at 0: the guest's agent has started "
      "another command since");
}

TEST_F(AgentClientScsiTest, TheErrorHasTheErrnoOfOpeningTheDisk) {
  End();
  Begin("/no/such/disk");
  const auto completion = Execute(scsi::TestUnitReady());
  ASSERT_FALSE(completion.ok());
  EXPECT_EQ(completion.error().ToString(),
            "send TEST UNIT READY: open the guest's disk: No such file or "
            "directory (errno 2)");
}

}  // namespace
}  // namespace dualpath::guest
