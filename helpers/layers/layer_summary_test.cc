#include "helpers/layers/layer_summary.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace dualpath::layers {
namespace {

using scsi::HostByte;
using scsi::ScsiStatus;

observe::TraceEvent Of(const std::string& task, decltype(observe::TraceEvent::event) event) {
  return {0, task, 1, std::move(event)};
}

observe::ScsiDone Disrupted() {
  observe::ScsiDone done;
  done.host_byte = HostByte::kTransportDisrupted;
  return done;
}

GuestCommand Command(int error_number) {
  GuestCommand command;
  command.ended = Moment(1);
  command.sg_ios.push_back({Moment(0), Moment(1), error_number});
  return command;
}

TEST(LayerSummary, OfAQuietRunAreNoErrorAnywhere) {
  ErrorTrace seen;
  seen.commands = {Command(0)};
  const LayerSummary words = Summarize(seen);
  EXPECT_EQ(words.path, "no error");
  EXPECT_EQ(words.dm, "no error");
  EXPECT_EQ(words.multipathd, "no error");
  EXPECT_EQ(words.sg_io, "no error");
  EXPECT_EQ(words.sense, "");
  EXPECT_EQ(words.virtio_scsi, "no error");
  EXPECT_EQ(words.guest_kernel, "no error");
}

TEST(LayerSummary, OfADiskWithoutScsiHaveNoSuchLayers) {
  const LayerSummary words = Summarize({});
  EXPECT_EQ(words.sg_io, "-");
  EXPECT_EQ(words.virtio_scsi, "-");
}

TEST(LayerSummary, OfAnErrnoAreItsNameAndTheSenseMadeOfIt) {
  ErrorTrace seen;
  seen.commands = {Command(ENODEV), Command(ENODEV)};
  for (GuestCommand& command : seen.commands) {
    command.status = ScsiStatus::kCheckCondition;
    command.built_sense = observe::BuiltSense{1, 0xb, 0, 6};
  }
  GuestKernelError complaint;
  complaint.host_byte = HostByte::kOk;
  complaint.sense_key = "Aborted Command";
  seen.complaints = {complaint, complaint};
  const LayerSummary words = Summarize(seen);
  EXPECT_EQ(words.sg_io, "ENODEV");
  EXPECT_EQ(words.sense, "0b/00/06");
  EXPECT_EQ(words.virtio_scsi, "CHECK CONDITION");
  EXPECT_EQ(words.guest_kernel, "DID_OK, Aborted Command");
}

TEST(LayerSummary, OfAHostByteAreTheSameFromThePathUp) {
  ErrorTrace seen;
  seen.commands = {Command(0)};
  GuestCommand& command = seen.commands.front();
  command.sg_ios.front().below = {Of("worker", Disrupted()),
                                  Of("worker", observe::BlockError{{8, 0}, EIO})};
  command.sg_ios.front().handed_back =
      observe::SgIoReturn{{}, HostByte::kTransportDisrupted, 0, ScsiStatus::kGood};
  command.response = observe::VirtioScsiResponse::kTransportFailure;
  LayerSummary words = Summarize(seen);
  EXPECT_EQ(words.path, "DID_TRANSPORT_DISRUPTED");
  EXPECT_EQ(words.sg_io, "DID_TRANSPORT_DISRUPTED");
  EXPECT_EQ(words.virtio_scsi, "TRANSPORT_FAILURE");

  command.sg_ios.front().handed_back.reset();
  seen.why_no_sg_io = "no kprobes";
  EXPECT_EQ(Summarize(seen).sg_io, "not seen");
}

TEST(LayerSummary, LeaveOutWhatMultipathdsCheckerMet) {
  ErrorTrace seen;
  seen.elsewhere = {Of("multipathd", Disrupted())};
  seen.elsewhere.push_back(Of("kworker/0:1H", observe::BlockError{{253, 0}, EIO}));
  EXPECT_EQ(Summarize(seen).path, "no error") << "that is the map's";
  seen.log = {{"kernel", 1, "sd 6:0:1:0: rejecting I/O to offline device"}};
  EXPECT_EQ(Summarize(seen).path, "I/O rejected");
  seen.log.clear();
  seen.elsewhere.push_back(Of("kworker/0:1H", observe::BlockError{{8, 0}, EIO}));
  EXPECT_EQ(Summarize(seen).path, "I/O error");
  seen.elsewhere.push_back(Of("kworker/0:1H", Disrupted()));
  EXPECT_EQ(Summarize(seen).path, "DID_TRANSPORT_DISRUPTED");
}

TEST(LayerSummary, OfTheLogsCountPaths) {
  ErrorTrace seen;
  seen.log = {{"multipathd", 1, "checker failed path 8:0 in map mpatha"},
              {"kernel", 2, "device-mapper: multipath: 253:0: Failing path 8:0."},
              {"kernel", 2, "device-mapper: multipath: 253:0: Failing path 8:0."},
              {"multipathd", 3, "mpatha: remaining active paths: 1"},
              {"kernel", 4, "device-mapper: multipath: 253:0: Failing path 8:16."},
              {"multipathd", 5, "mpatha: remaining active paths: 0"},
              {"multipathd", 6, "mpatha: Entering recovery mode: max_retries=10"}};
  EXPECT_EQ(Summarize(seen).dm, "fails 2 paths");
  EXPECT_EQ(Summarize(seen).multipathd, "checker failed, 0 paths left, I/O is held");

  seen.log = {{"multipathd", 1,
               "mpatha: reload [0 2097152 multipath 1 queue_if_no_path 0 1 1 service-time 0 1 1 "
               "8:16 1]"},
              {"multipathd", 2, "8:0: path removed from map mpatha"}};
  EXPECT_EQ(Summarize(seen).dm, "new table of 1 path");
  EXPECT_EQ(Summarize(seen).multipathd, "path removed");
}

}  // namespace
}  // namespace dualpath::layers
