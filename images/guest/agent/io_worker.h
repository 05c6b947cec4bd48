#pragma once

#include <array>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/guest/wire/wire.h"
#include "images/guest/agent/disk.h"
#include "images/guest/agent/record_list.h"

namespace dualpath::guest::agent {

/// Does the I/O in threads of its own, one for each slot of the queue, which may hang in the kernel
/// for minutes while every method here still answers at once.
class IoWorker {
 public:
  explicit IoWorker(DiskOptions disk);

  /// Waits for the I/Os in flight, if there are any.
  ~IoWorker();

  /// Forgets the records of the run before. EBUSY while that one is not over; EINVAL for what
  /// cannot be done, with the option, its value and what is allowed.
  Status Start(const wire::StartIoRequest& request);

  /// Asks the run to end after the I/Os in flight, and returns at once.
  wire::IoState Stop();

  wire::IoState State() const;

  /// Records of the current run in order of completion, at most `max` of them.
  std::vector<wire::IoRecord> Fetch(std::uint64_t from_index, std::size_t max) const;

  /// The disk that is there now. ENODEV if there is none; EAGAIN while it has not answered its
  /// INQUIRY. During a run it is that of the run.
  Result<wire::DiskAnswer> Disk();

 private:
  /// A place in the queue: the I/O that is in flight there, if one is.
  struct Slot {
    bool busy = false;
    std::uint64_t sequence = 0;
    std::uint64_t block = 0;
    std::uint64_t since_ns = 0;
    UniqueFd fd{};  ///< the slot's thread's own
  };

  void Main();
  void LookForDiskLocked();
  void Run(const wire::StartIoRequest& request);
  void RunSlot(const wire::StartIoRequest& request, Slot& slot);
  bool Issue(const wire::StartIoRequest& request, std::uint64_t due_ns, Slot& slot);
  wire::IoRecord DoOne(const wire::StartIoRequest& request, Slot& slot, void* buffer);
  int Transfer(const wire::StartIoRequest& request, Slot& slot, void* buffer,
               wire::IoRecord& record);
  void Complete(const wire::IoRecord& record, Slot& slot);
  bool Touched(std::uint64_t block, std::uint32_t queue_depth) const;
  wire::IoState StateLocked() const;

  const DiskOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;  // started, asked to stop, or ending
  std::condition_variable freed_;    // an I/O came back
  bool ending_ = false;
  bool stopping_ = false;
  bool running_ = false;
  std::optional<wire::StartIoRequest> request_;
  std::optional<DiskLocation> location_;
  std::optional<wire::DiskAnswer> inquired_;
  wire::IoState state_{};
  RecordList records_;
  std::array<Slot, wire::kMaxQueueDepth> slots_;
  std::thread thread_;
};

}  // namespace dualpath::guest::agent
