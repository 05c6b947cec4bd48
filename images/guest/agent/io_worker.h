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
#include "images/guest/agent/entry_list.h"

namespace dualpath::guest::agent {

/// Does the I/O in separate threads, one for each slot of the queue: they may hang in the kernel
/// for minutes, but every method returns immediately.
class IoWorker {
 public:
  explicit IoWorker(DiskOptions disk);

  /// Waits for the I/Os in flight, if any.
  ~IoWorker();

  /// Starts a run and drops the entries of the previous one. EBUSY while that has not ended;
  /// EINVAL, with the option, its value and the range, for a request that is out of range.
  Status Start(const wire::StartIoRequest& request);

  /// Asks the run to end after the I/Os in flight, and returns immediately.
  wire::IoState Stop();

  wire::IoState State() const;

  /// Returns entries of the current run in order of completion, at most `max` of them.
  std::vector<wire::IoEntry> Fetch(std::uint64_t from_index, std::size_t max) const;

  /// Describes the current disk, or during a run the disk of the run. ENODEV without a disk; EAGAIN
  /// while it has not answered its INQUIRY.
  Result<wire::DiskAnswer> Disk();

 private:
  /// A slot of the queue with at most one I/O in flight.
  struct Slot {
    bool busy = false;
    bool retries = false;  ///< the next I/O repeats the write that failed, so `block` is in use
    wire::IoKind kind = wire::IoKind::kWrite;
    std::uint64_t sequence = 0;
    std::uint64_t block = 0;
    std::uint64_t since_ns = 0;
    UniqueFd fd{};          ///< opened by the slot's thread, like the next one
    UniqueFd durable_fd{};  ///< with O_DSYNC

    void CloseDisk() {
      fd.Reset();
      durable_fd.Reset();
    }
  };

  void Main();
  void LookForDiskLocked();
  void Run(const wire::StartIoRequest& request);
  void RunSlot(const wire::StartIoRequest& request, Slot& slot);
  bool Issue(const wire::StartIoRequest& request, std::uint64_t due_ns, Slot& slot);
  wire::IoEntry DoOne(const wire::StartIoRequest& request, Slot& slot, void* buffer);
  int Transfer(const wire::StartIoRequest& request, Slot& slot, void* buffer, wire::IoEntry& entry);
  static int TransferOn(int fd, const wire::StartIoRequest& request, void* buffer,
                        wire::IoEntry& entry);
  void Complete(const wire::StartIoRequest& request, const wire::IoEntry& entry, Slot& slot);
  bool IsBlockBusy(const Slot& slot, std::uint32_t queue_depth) const;
  wire::IoState StateLocked() const;

  const DiskOptions options_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;  // started, asked to stop, or ending
  std::condition_variable freed_;    // an I/O completed
  bool ending_ = false;
  bool stopping_ = false;
  bool running_ = false;
  std::optional<wire::StartIoRequest> request_;
  std::optional<DiskLocation> location_;
  std::optional<wire::DiskAnswer> inquired_;
  wire::IoState state_{};
  std::uint64_t turns_ = 0;  ///< I/Os of the run that took the next block in turn
  EntryList entries_;
  std::array<Slot, wire::kMaxQueueDepth> slots_;
  std::thread thread_;
};

}  // namespace dualpath::guest::agent
