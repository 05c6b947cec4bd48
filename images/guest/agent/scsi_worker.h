#pragma once

#include <scsi/sg.h>

#include <mutex>
#include <string>
#include <thread>

#include "helpers/base/result.h"
#include "helpers/guest/wire/wire.h"
#include "images/guest/agent/disk.h"

namespace dualpath::guest::agent {

/// Executes SG_IO on an open disk; returns 0, or -1 with errno.
using SgIo = int (*)(int fd, sg_io_hdr_t* io);
int SystemSgIo(int fd, sg_io_hdr_t* io);

/// Sends one SCSI command at a time, in a separate thread: the command may hang in the kernel for
/// minutes, but every method returns immediately. Does not interpret the commands.
class ScsiWorker {
 public:
  /// `sg_io` is replaced by tests.
  explicit ScsiWorker(DiskOptions disk, SgIo sg_io = &SystemSgIo);

  /// Waits for the command in flight, if any.
  ~ScsiWorker();

  /// Starts the command in the payload of a StartScsi message and drops the result of the previous
  /// one. EBUSY while that is in flight; ENODEV without a disk.
  Status Start(const std::string& payload);

  /// Returns the payload of a ScsiResult message. ENODATA without a command so far.
  Result<std::string> Answer() const;

 private:
  void Run(const DiskLocation& disk, wire::StartScsiRequest request);

  const DiskOptions options_;
  const SgIo sg_io_;
  mutable std::mutex mutex_;
  wire::ScsiResult result_{};
  std::string data_;  // used by the thread while a command is in flight
  std::thread thread_;
};

}  // namespace dualpath::guest::agent
