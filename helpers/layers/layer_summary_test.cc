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

TEST(LayerSummary, IsNoErrorIfNothingFailed) {
  ErrorTrace trace;
  trace.commands = {Command(0)};
  const LayerSummary summary = Summarize(trace);
  EXPECT_EQ(summary.path, "no error");
  EXPECT_EQ(summary.dm, "no error");
  EXPECT_EQ(summary.multipathd, "no error");
  EXPECT_EQ(summary.sg_io, "no error");
  EXPECT_EQ(summary.sense, "");
  EXPECT_EQ(summary.virtio_scsi, "no error");
  EXPECT_EQ(summary.guest_kernel, "no error");
}

TEST(LayerSummary, HasNoScsiLayersWithoutCommands) {
  const LayerSummary summary = Summarize({});
  EXPECT_EQ(summary.sg_io, "-");
  EXPECT_EQ(summary.virtio_scsi, "-");
}

TEST(LayerSummary, NamesTheErrnoOfSgIoAndTheSenseBuiltFromIt) {
  ErrorTrace trace;
  trace.commands = {Command(ENODEV), Command(ENODEV)};
  for (GuestCommand& command : trace.commands) {
    command.status = ScsiStatus::kCheckCondition;
    command.built_sense = observe::BuiltSense{1, 0xb, 0, 6};
  }
  GuestKernelError error;
  error.host_byte = HostByte::kOk;
  error.sense_key = "Aborted Command";
  trace.kernel_errors = {error, error};
  const LayerSummary summary = Summarize(trace);
  EXPECT_EQ(summary.sg_io, "ENODEV");
  EXPECT_EQ(summary.sense, "0b/00/06");
  EXPECT_EQ(summary.virtio_scsi, "CHECK CONDITION");
  EXPECT_EQ(summary.guest_kernel, "DID_OK, Aborted Command");
}

TEST(LayerSummary, NamesTheHostByteAtPathAndSgIo) {
  ErrorTrace trace;
  trace.commands = {Command(0)};
  GuestCommand& command = trace.commands.front();
  command.sg_ios.front().below = {Of("worker", Disrupted()),
                                  Of("worker", observe::BlockError{{8, 0}, EIO})};
  command.sg_ios.front().result =
      observe::SgIoReturn{{}, HostByte::kTransportDisrupted, 0, ScsiStatus::kGood};
  command.response = observe::VirtioScsiResponse::kTransportFailure;
  LayerSummary summary = Summarize(trace);
  EXPECT_EQ(summary.path, "DID_TRANSPORT_DISRUPTED");
  EXPECT_EQ(summary.sg_io, "DID_TRANSPORT_DISRUPTED");
  EXPECT_EQ(summary.virtio_scsi, "TRANSPORT_FAILURE");

  command.sg_ios.front().result.reset();
  trace.why_no_sg_io = "no kprobes";
  EXPECT_EQ(Summarize(trace).sg_io, "not seen");
}

TEST(LayerSummary, IgnoresErrorsOfTheCheckerAndTheMap) {
  ErrorTrace trace;
  trace.elsewhere = {Of("multipathd", Disrupted())};
  trace.elsewhere.push_back(Of("kworker/0:1H", observe::BlockError{{253, 0}, EIO}));
  EXPECT_EQ(Summarize(trace).path, "no error") << "253:0 is the map";
  trace.log = {{"kernel", 1, "sd 6:0:1:0: rejecting I/O to offline device"}};
  EXPECT_EQ(Summarize(trace).path, "I/O rejected");
  trace.log.clear();
  trace.elsewhere.push_back(Of("kworker/0:1H", observe::BlockError{{8, 0}, EIO}));
  EXPECT_EQ(Summarize(trace).path, "I/O error");
  trace.elsewhere.push_back(Of("kworker/0:1H", Disrupted()));
  EXPECT_EQ(Summarize(trace).path, "DID_TRANSPORT_DISRUPTED");
}

TEST(LayerSummary, CountsPathsInTheLogs) {
  ErrorTrace trace;
  trace.log = {{"multipathd", 1, "checker failed path 8:0 in map mpatha"},
               {"kernel", 2, "device-mapper: multipath: 253:0: Failing path 8:0."},
               {"kernel", 2, "device-mapper: multipath: 253:0: Failing path 8:0."},
               {"multipathd", 3, "mpatha: remaining active paths: 1"},
               {"kernel", 4, "device-mapper: multipath: 253:0: Failing path 8:16."},
               {"multipathd", 5, "mpatha: remaining active paths: 0"},
               {"multipathd", 6, "mpatha: Entering recovery mode: max_retries=10"}};
  EXPECT_EQ(Summarize(trace).dm, "fails 2 paths");
  EXPECT_EQ(Summarize(trace).multipathd, "checker failed, 0 paths left, I/O is queued");

  trace.log = {{"multipathd", 1,
                "mpatha: reload [0 2097152 multipath 1 queue_if_no_path 0 1 1 service-time 0 1 1 "
                "8:16 1]"},
               {"multipathd", 2, "8:0: path removed from map mpatha"}};
  EXPECT_EQ(Summarize(trace).dm, "new table of 1 path");
  EXPECT_EQ(Summarize(trace).multipathd, "path removed");
}

}  // namespace
}  // namespace dualpath::layers
