#pragma once

#include <scsi/sg.h>

#include <mutex>
#include <string>
#include <thread>

#include "helpers/base/result.h"
#include "helpers/guest/wire/wire.h"
#include "images/guest/agent/disk.h"

namespace dualpath::guest::agent {

/// SG_IO on an open disk: 0, or -1 and errno.
using SgIo = int (*)(int fd, sg_io_hdr_t* io);
int SystemSgIo(int fd, sg_io_hdr_t* io);

/// Sends one SCSI command at a time, in a thread of its own: it may hang in the kernel for minutes
/// while every method here still answers at once. Knows nothing of what the commands mean.
class ScsiWorker {
 public:
  /// `sg_io` is for tests.
  explicit ScsiWorker(DiskOptions disk, SgIo sg_io = &SystemSgIo);

  /// Waits for the command in flight, if there is one.
  ~ScsiWorker();

  /// Begins the command of a StartScsi message's payload, and forgets the one before. EBUSY while
  /// that one is in flight; ENODEV without a disk.
  Status Start(const std::string& payload);

  /// The payload of a ScsiResult message. ENODATA if there was no command yet.
  Result<std::string> Outcome() const;

 private:
  void Run(const DiskLocation& disk, wire::StartScsiRequest request);

  const DiskOptions options_;
  const SgIo sg_io_;
  mutable std::mutex mutex_;
  wire::ScsiResult result_{};
  std::string data_;  // the thread's own while a command is in flight
  std::thread thread_;
};

}  // namespace dualpath::guest::agent
