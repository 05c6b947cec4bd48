#include "images/guest/agent/scsi_worker.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cerrno>
#include <cstring>

#include "helpers/base/eventually.h"
#include "helpers/base/file.h"
#include "helpers/base/temporary_directory.h"
#include "helpers/guest/wire/frame.h"

namespace dualpath::guest::agent {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;
using wire::ScsiDirection;
using wire::ScsiResult;
using wire::StartScsiRequest;

std::atomic<bool> held{false};

/// A disk whose answer contains what it was sent. Opcode 0xee: the ioctl fails. 0xcc: CHECK
/// CONDITION. Anything else answers with the CDB, or with as much of the data out as fits.
int FakeSgIo(int /*fd*/, sg_io_hdr_t* io) {
  PollUntil(Deadline::In(seconds(10)), [] { return !held; });
  if (io->cmdp[0] == 0xee) {
    errno = ENODEV;
    return -1;
  }
  if (io->cmdp[0] == 0xcc) {
    const unsigned char sense[] = {0x72, 0x05, 0x20, 0x00};
    std::memcpy(io->sbp, sense, sizeof(sense));
    io->sb_len_wr = sizeof(sense);
    io->status = 0x02;
    io->host_status = 0x0e;
    io->driver_status = 0x08;
    io->resid = static_cast<int>(io->dxfer_len);
    return 0;
  }
  if (io->dxfer_direction == SG_DXFER_FROM_DEV) {
    std::memcpy(io->dxferp, io->cmdp, io->cmd_len);
    io->resid = static_cast<int>(io->dxfer_len - io->cmd_len);
  } else if (io->dxfer_direction == SG_DXFER_TO_DEV) {
    const bool as_sent = std::memcmp(io->dxferp, "data out", io->dxfer_len) == 0;
    io->status = as_sent ? 0 : 0x08;
  }
  return 0;
}

class ScsiWorkerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    held = false;
    auto directory = TemporaryDirectory::Create();
    ASSERT_TRUE(directory.ok()) << directory.error().ToString();
    directory_.emplace(std::move(directory).value());
    const std::string disk = directory_->path() + "/disk";
    const Status written = WriteFileAtomically(disk, "");
    ASSERT_TRUE(written.ok()) << written.error().ToString();
    worker_.emplace(DiskOptions{disk}, &FakeSgIo);
  }
  void TearDown() override { held = false; }

  static StartScsiRequest Request(std::uint8_t opcode, ScsiDirection direction,
                                  std::uint32_t bytes) {
    StartScsiRequest request{};
    request.tag = 7;
    request.direction = direction;
    request.transfer_bytes = bytes;
    request.cdb_bytes = 6;
    request.cdb[0] = opcode;
    request.cdb[5] = 0x55;
    return request;
  }

  Status Start(const StartScsiRequest& request, const std::string& data_out = "") {
    return worker_->Start(wire::ToPayload(request) + data_out);
  }

  /// Waits for the command's end and returns its result; `data` is set to the data that follow it.
  ScsiResult Await(std::string* data = nullptr) {
    ScsiResult result{};
    const bool ended = PollUntil(Deadline::In(seconds(10)), [&] {
      const auto payload = worker_->Answer();
      if (!payload.ok()) return false;
      result = *wire::FromPayload<ScsiResult>(*payload);
      if (data != nullptr) *data = payload->substr(sizeof(result));
      return result.in_flight == 0;
    });
    EXPECT_TRUE(ended);
    return result;
  }

  std::optional<TemporaryDirectory> directory_;
  std::optional<ScsiWorker> worker_;
};

std::string WhyRefused(const Status& status) { return status.ok() ? "" : status.error().reason(); }

TEST_F(ScsiWorkerTest, HasNoResultWithoutACommand) {
  EXPECT_EQ(worker_->Answer().error().error_number(), ENODATA);
}

TEST_F(ScsiWorkerTest, ReturnsDataInWithoutTheResidual) {
  ASSERT_TRUE(Start(Request(0x12, ScsiDirection::kIn, 100)).ok());
  std::string data;
  const ScsiResult result = Await(&data);
  EXPECT_EQ(result.tag, 7U);
  EXPECT_EQ(result.error_number, 0);
  EXPECT_EQ(result.status, 0U);
  EXPECT_EQ(result.residual, 94);
  EXPECT_EQ(data, std::string("\x12\0\0\0\0\x55", 6));
  EXPECT_LE(result.start_ns, result.end_ns);
  EXPECT_LE(result.end_ns, result.now_ns);
}

TEST_F(ScsiWorkerTest, SendsDataOut) {
  ASSERT_TRUE(Start(Request(0x2a, ScsiDirection::kOut, 8), "data out").ok());
  std::string data;
  EXPECT_EQ(Await(&data).status, 0U);
  EXPECT_EQ(data, "");
}

TEST_F(ScsiWorkerTest, ReturnsStatusHostDriverAndSenseBytes) {
  ASSERT_TRUE(Start(Request(0xcc, ScsiDirection::kNone, 0)).ok());
  const ScsiResult result = Await();
  EXPECT_EQ(result.status, 0x02U);
  EXPECT_EQ(result.host_status, 0x0eU);
  EXPECT_EQ(result.driver_status, 0x08U);
  ASSERT_EQ(result.sense_bytes, 4U);
  EXPECT_EQ(result.sense[2], 0x20U);
}

TEST_F(ScsiWorkerTest, ReturnsOnlyTheErrnoOfAFailedIoctl) {
  ASSERT_TRUE(Start(Request(0xee, ScsiDirection::kIn, 100)).ok());
  std::string data;
  const ScsiResult result = Await(&data);
  EXPECT_EQ(result.error_number, ENODEV);
  EXPECT_EQ(result.open_error_number, 0);
  EXPECT_EQ(data, "");
}

TEST_F(ScsiWorkerTest, AnswersWhileACommandIsInFlight) {
  held = true;
  ASSERT_TRUE(Start(Request(0x12, ScsiDirection::kIn, 100)).ok());
  const auto payload = worker_->Answer();
  ASSERT_TRUE(payload.ok()) << payload.error().ToString();
  ASSERT_EQ(payload->size(), sizeof(ScsiResult)) << "no data yet";
  const auto result = wire::FromPayload<ScsiResult>(*payload);
  EXPECT_EQ(result->in_flight, 1U);
  EXPECT_EQ(result->tag, 7U);
  EXPECT_GT(result->start_ns, 0U);
  EXPECT_EQ(Start(Request(0, ScsiDirection::kNone, 0)).error().error_number(), EBUSY);
  held = false;
  EXPECT_EQ(Await().residual, 94);
  EXPECT_TRUE(Start(Request(0, ScsiDirection::kNone, 0)).ok());
  EXPECT_EQ(Await().residual, 0) << "unaffected by the previous command";
}

TEST_F(ScsiWorkerTest, ReturnsTheErrnoOfOpeningTheDiskSeparately) {
  worker_.emplace(DiskOptions{directory_->path() + "/no-such-disk"}, &FakeSgIo);
  ASSERT_TRUE(Start(Request(0, ScsiDirection::kNone, 0)).ok());
  const ScsiResult result = Await();
  EXPECT_EQ(result.open_error_number, ENOENT);
  EXPECT_EQ(result.error_number, 0);
}

TEST_F(ScsiWorkerTest, NeedsADisk) {
  worker_.emplace(DiskOptions{"", directory_->path(), directory_->path()}, &FakeSgIo);
  EXPECT_EQ(Start(Request(0, ScsiDirection::kNone, 0)).error().error_number(), ENODEV);
}

TEST_F(ScsiWorkerTest, RefusesMalformedCommands) {
  EXPECT_EQ(worker_->Start("short").error().error_number(), EPROTO);
  StartScsiRequest request = Request(0, ScsiDirection::kNone, 0);
  request.cdb_bytes = 5;
  EXPECT_THAT(WhyRefused(Start(request)), HasSubstr("Invalid argument"));
  request.cdb_bytes = 33;
  EXPECT_EQ(Start(request).error().object(), "CDB of 33 bytes");
  EXPECT_EQ(Start(Request(0x12, ScsiDirection::kIn, wire::kMaxScsiBytes + 1)).error().object(),
            "transfer of 258049 bytes");
  EXPECT_EQ(Start(Request(0x2a, ScsiDirection::kOut, 8), "seven b").error().object(),
            "7 bytes of data out");
  EXPECT_EQ(Start(Request(0x12, ScsiDirection::kIn, 8), "data out").error().object(),
            "8 bytes of data out");
  EXPECT_EQ(Start(Request(0x12, static_cast<ScsiDirection>(3), 0)).error().object(),
            "unknown direction");
  EXPECT_EQ(worker_->Answer().error().error_number(), ENODATA) << "no command was started";
}

TEST(SystemSgIo, IsTheIoctl) {
  const UniqueFd fd(::open("/dev/null", O_RDONLY));
  sg_io_hdr_t io{};
  EXPECT_EQ(SystemSgIo(fd.get(), &io), -1);
  EXPECT_EQ(errno, ENOTTY);
}

}  // namespace
}  // namespace dualpath::guest::agent
