#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "helpers/base/result.h"
#include "images/guest/agent/disk.h"
#include "images/guest/wire.h"

namespace dualpath::guest::agent {

/// Does the I/O in a thread of its own, which may hang in the kernel for minutes while every method
/// here still answers at once.
class IoWorker {
 public:
  explicit IoWorker(DiskOptions disk);

  /// Waits for the I/O in flight, if there is one.
  ~IoWorker();

  /// Forgets the records of the run before. EBUSY while that one is not over.
  Status Start(const wire::StartIoRequest& request);

  /// Asks the run to end after the I/O in flight, and returns at once.
  wire::IoState Stop();

  wire::IoState State() const;

  /// Records of the current run in order of completion, at most `max` of them.
  std::vector<wire::IoRecord> Fetch(std::uint64_t from_index, std::size_t max) const;

  /// The disk that is there now. ENODEV if there is none; EAGAIN while it has not answered its
  /// INQUIRY. During a run it is that of the run.
  Result<wire::DiskAnswer> Disk();

 private:
  void Main();
  void LookForDiskLocked();
  void Run(const wire::StartIoRequest& request);
  wire::IoRecord DoOne(const wire::StartIoRequest& request, std::uint64_t nth, void* buffer);
  int Transfer(const wire::StartIoRequest& request, const wire::IoRecord& record, void* buffer,
               std::uint32_t& bytes);
  wire::IoState StateLocked() const;

  const DiskOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  bool ending_ = false;
  bool stopping_ = false;
  bool running_ = false;
  std::optional<wire::StartIoRequest> request_;
  std::optional<DiskLocation> location_;
  std::optional<wire::DiskAnswer> inquired_;
  wire::IoState state_{};
  std::vector<wire::IoRecord> records_;
  UniqueFd fd_;  // the thread's own, for one run
  std::thread thread_;
};

}  // namespace dualpath::guest::agent
