#pragma once

#include <string>

#include "helpers/base/result.h"
#include "helpers/guest/wire/frame.h"
#include "images/guest/agent/io_worker.h"
#include "images/guest/agent/program.h"
#include "images/guest/agent/scsi_worker.h"

namespace dualpath::guest::agent {

struct ServerOptions {
  bool end_at_hangup = false;  ///< for tests; in the guest another client may connect
  std::string kernel_log = "/dev/kmsg";
  std::string program_output = "/program.output";
};

/// The control loop: answers one request at a time and never waits for the disk.
class Server {
 public:
  Server(IoWorker& worker, ScsiWorker& scsi, ServerOptions options);

  /// Makes the channel non-blocking and serves it forever, or with `end_at_hangup` until the client
  /// closes the connection. An error means that the channel itself failed.
  Status Serve(int channel);

 private:
  enum class Line { kOpen, kHungUp };

  Result<Line> Receive(int channel);
  Result<Line> Send(int channel);
  Result<Line> ServeClient(int channel);
  wire::Message Answer(const wire::Message& request);
  Result<std::string> AnswerPayload(const wire::Message& request);

  IoWorker& worker_;
  ScsiWorker& scsi_;
  const ServerOptions options_;
  Program program_;
  const std::uint64_t started_ns_;
  wire::FrameReader reader_;
  std::string unsent_;
};

}  // namespace dualpath::guest::agent
