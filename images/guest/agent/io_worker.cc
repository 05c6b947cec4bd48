#include "images/guest/agent/io_worker.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <limits>
#include <memory>
#include <new>
#include <utility>

#include "helpers/guest/wire/block_content.h"
#include "images/guest/agent/files.h"

namespace dualpath::guest::agent {
namespace {

using wire::IoEntry;
using wire::IoKind;
using wire::IoState;
using wire::StartIoRequest;

// Direct I/O needs the memory aligned to the logical block; a page suits every disk.
constexpr std::size_t kAlignment = 4096;

struct DeleteAligned {
  void operator()(void* memory) const { ::operator delete(memory, std::align_val_t(kAlignment)); }
};
using AlignedBuffer = std::unique_ptr<void, DeleteAligned>;

AlignedBuffer AllocateAligned(std::size_t size) {
  return AlignedBuffer(::operator new(size, std::align_val_t(kAlignment)));
}

Error Refused(const char* option, std::uint64_t value, const std::string& allowed) {
  const std::string what =
      std::string(option) + " of " + std::to_string(value) + ", allowed: " + allowed;
  return Error::FromErrno("start I/O", what, EINVAL);
}

Status Validate(const StartIoRequest& request) {
  if (request.kind < IoKind::kWrite || request.kind > IoKind::kRead) {
    return Refused("kind", static_cast<std::uint32_t>(request.kind), "1 to 2");
  }
  if (request.block_bytes == 0 || request.block_bytes % kSectorBytes != 0 ||
      request.block_bytes > wire::kMaxBlockBytes) {
    return Refused("block_bytes", request.block_bytes, "a multiple of 512 up to 1048576");
  }
  if (request.queue_depth == 0 || request.queue_depth > wire::kMaxQueueDepth) {
    return Refused("queue_depth", request.queue_depth, "1 to 32");
  }
  if (request.block_count < request.queue_depth) {
    // Each I/O in flight uses a different block.
    return Refused("block_count", request.block_count,
                   std::to_string(request.queue_depth) + " (queue_depth) or more");
  }
  if (request.read_percent > 100) return Refused("read_percent", request.read_percent, "0 to 100");
  if (request.read_percent > 0 && request.kind == IoKind::kRead) {
    return Refused("read_percent", request.read_percent, "0 for a run of reads");
  }
  if (request.flush_every == 1) return Refused("flush_every", 1, "0, or 2 or more");
  if (request.retry > 1) return Refused("retry", request.retry, "0 or 1");
  const std::uint64_t last_block = request.first_block + request.block_count;
  const std::uint64_t most = std::numeric_limits<std::int64_t>::max() / wire::kMaxBlockBytes;
  if (last_block < request.block_count || last_block > most) {
    return Refused("first_block", request.first_block,
                   "at most " + std::to_string(most) + " with block_count");
  }
  return Ok{};
}

/// Returns the errno of a transfer, or 0. A short transfer is an error of the disk.
int ErrorOf(ssize_t n, std::uint32_t wanted) {
  if (n < 0) return errno;
  return static_cast<std::uint32_t>(n) == wanted ? 0 : EIO;
}

}  // namespace

IoWorker::IoWorker(DiskOptions disk) : options_(std::move(disk)) {
  thread_ = std::thread([this] { Main(); });
}

IoWorker::~IoWorker() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ending_ = stopping_ = true;
  }
  changed_.notify_all();
  freed_.notify_all();
  thread_.join();
}

Status IoWorker::Start(const StartIoRequest& request) {
  DUALPATH_TRY_STATUS(Validate(request));
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (running_) return Error::FromErrno("start I/O", "the previous run has not ended", EBUSY);
    LookForDiskLocked();
    if (!location_) return Error::FromErrno("start I/O", "no disk in the guest", ENODEV);
    running_ = true;
    stopping_ = false;
    state_ = IoState{};
    turns_ = 0;
    entries_.Clear();
    request_ = request;
  }
  changed_.notify_all();
  return Ok{};
}

IoState IoWorker::Stop() {
  IoState state;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    state = StateLocked();
  }
  changed_.notify_all();
  freed_.notify_all();
  return state;
}

IoState IoWorker::State() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return StateLocked();
}

IoState IoWorker::StateLocked() const {
  IoState state = state_;
  state.running = running_ ? 1 : 0;
  for (const Slot& slot : slots_) {
    if (!slot.busy) continue;
    if (state.in_flight++ > 0 && slot.sequence > state.in_flight_sequence) continue;
    state.in_flight_sequence = slot.sequence;
    state.in_flight_since_ns = slot.since_ns;
  }
  state.now_ns = MonotonicNs();
  return state;
}

std::vector<IoEntry> IoWorker::Fetch(std::uint64_t from_index, std::size_t max) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return entries_.Copy(from_index, max);
}

Result<wire::DiskAnswer> IoWorker::Disk() {
  std::optional<wire::DiskAnswer> answer;
  DiskLocation location;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    LookForDiskLocked();
    if (!location_) return Error::FromErrno("describe disk", "no disk in the guest", ENODEV);
    if (!inquired_) {
      return Error::FromErrno("describe disk", location_->path + " has not answered its INQUIRY",
                              EAGAIN);
    }
    answer = inquired_;
    location = *location_;
  }
  DescribeDisk(location, *answer);
  return *answer;
}

void IoWorker::LookForDiskLocked() {
  if (running_) return;
  std::optional<DiskLocation> there = FindDisk(options_);
  if (there == location_) return;
  location_ = std::move(there);
  inquired_.reset();
  changed_.notify_all();
}

void IoWorker::Main() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return ending_ || request_ || (location_ && !inquired_); });
    if (ending_) return;
    const std::optional<StartIoRequest> request = std::exchange(request_, std::nullopt);
    const DiskLocation location = *location_;
    lock.unlock();
    if (request) {
      Run(*request);
      lock.lock();
      running_ = false;
    } else {
      const std::optional<wire::DiskAnswer> answer = InquireDisk(location);
      lock.lock();
      if (!(location_ == location)) continue;
      inquired_ = answer;
      if (!answer) location_.reset();  // found again by the next request
    }
  }
}

void IoWorker::Run(const StartIoRequest& request) {
  std::vector<std::thread> others;
  for (std::uint32_t n = 1; n < request.queue_depth; ++n) {
    others.emplace_back([this, &request, n] { RunSlot(request, slots_[n]); });
  }
  RunSlot(request, slots_[0]);
  for (std::thread& other : others) other.join();
}

void IoWorker::RunSlot(const StartIoRequest& request, Slot& slot) {
  const AlignedBuffer buffer = AllocateAligned(request.block_bytes);
  const std::uint64_t interval_ns = std::uint64_t{request.interval_us} * 1000;
  std::uint64_t due_ns = MonotonicNs();
  while (Issue(request, due_ns, slot)) {
    const bool was_retry = slot.retries;
    const IoEntry entry = DoOne(request, slot, buffer.get());
    Complete(request, entry, slot);
    if (slot.retries && !was_retry) {
      due_ns = entry.end_ns;
      continue;
    }
    // After a hang the interval restarts, without a burst to catch up.
    due_ns = std::max(due_ns + interval_ns, entry.end_ns);
  }
  slot.CloseDisk();  // the kernel does not release a disk while it is open
  const std::lock_guard<std::mutex> lock(mutex_);
  slot.retries = false;
}

bool IoWorker::Issue(const StartIoRequest& request, std::uint64_t due_ns, Slot& slot) {
  std::unique_lock<std::mutex> lock(mutex_);
  slot.since_ns = MonotonicNs();
  if (due_ns > slot.since_ns) {
    const std::chrono::steady_clock::time_point due{std::chrono::nanoseconds(due_ns)};
    changed_.wait_until(lock, due, [this] { return stopping_; });
    slot.since_ns = MonotonicNs();
  }
  const auto over = [&] {
    return stopping_ || (request.max_count > 0 && state_.issued >= request.max_count);
  };
  // Another slot may take the sequence and the block while this one waits.
  const auto must_wait = [&] {
    slot.sequence = request.first_sequence + state_.issued;
    slot.kind = KindOf(request, slot.sequence);
    if (slot.retries) return false;
    if (slot.kind == IoKind::kFlush) {
      slot.block = 0;
      return false;
    }
    slot.block = request.first_block + turns_ % request.block_count;
    return IsBlockBusy(slot, request.queue_depth);
  };
  while (!over() && must_wait()) {
    freed_.wait(lock);
    slot.since_ns = MonotonicNs();
  }
  if (over()) return false;
  if (slot.retries) {
    if (!IsWrite(slot.kind)) slot.kind = IoKind::kWrite;
  } else if (slot.kind != IoKind::kFlush) {
    ++turns_;
  }
  ++state_.issued;
  slot.busy = true;
  return true;
}

bool IoWorker::IsBlockBusy(const Slot& slot, std::uint32_t queue_depth) const {
  return std::any_of(slots_.begin(), slots_.begin() + queue_depth, [&slot](const Slot& other) {
    if (&other == &slot) return false;
    const bool has_block = other.retries || (other.busy && other.kind != IoKind::kFlush);
    return has_block && other.block == slot.block;
  });
}

void IoWorker::Complete(const StartIoRequest& request, const IoEntry& entry, Slot& slot) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    entries_.Add(entry);
    slot.busy = false;
    slot.retries = request.retry != 0 && entry.error_number != 0 && IsWrite(entry.kind);
    state_.completed++;
    if (entry.error_number != 0) state_.failed++;
  }
  freed_.notify_all();
}

IoEntry IoWorker::DoOne(const StartIoRequest& request, Slot& slot, void* buffer) {
  IoEntry entry{};
  entry.sequence = slot.sequence;
  entry.block = slot.block;
  entry.kind = slot.kind;
  if (IsWrite(entry.kind)) {
    entry.checksum =
        FillBlock(buffer, request.block_bytes, {request.run_id, entry.block, entry.sequence});
  }
  entry.start_ns = MonotonicNs();
  entry.error_number = Transfer(request, slot, buffer, entry);
  entry.end_ns = MonotonicNs();
  if (entry.error_number != 0) {
    entry.checksum = 0;
  } else if (entry.kind == IoKind::kRead) {
    const BlockFinding seen = InspectBlock(buffer, request.block_bytes);
    entry.checksum = seen.checksum;
    entry.seen_run_id = seen.identity.run_id;
    entry.seen_block = seen.identity.block;
    entry.seen_sequence = seen.identity.sequence;
    entry.seen_state = static_cast<std::uint32_t>(seen.state);
    entry.seen_first_wrong_byte = seen.first_wrong_byte;
    entry.seen_only_writes = seen.only_writes ? 1 : 0;
    entry.seen_other_count = seen.other_count;
    for (std::size_t i = 0; i < seen.others.size(); ++i) {
      const BlockIdentity& other = seen.others[i];
      entry.seen_others[i] = {other.run_id, other.block, other.sequence};
    }
  }
  return entry;
}

int IoWorker::Transfer(const StartIoRequest& request, Slot& slot, void* buffer, IoEntry& entry) {
  const bool durable = entry.kind == IoKind::kDurableWrite;
  UniqueFd& fd = durable ? slot.durable_fd : slot.fd;
  if (!fd) {
    // Not RWF_DSYNC, which Linux 4.7 introduced.
    Result<UniqueFd> opened = OpenDisk(location_->path, durable ? O_DSYNC : 0);
    if (!opened.ok()) return opened.error().error_number();
    fd = std::move(opened).value();
  }
  const int error_number = TransferOn(fd.get(), request, buffer, entry);
  // This descriptor's disk is removed; another one may have replaced it.
  if (error_number == ENODEV || error_number == ENXIO) slot.CloseDisk();
  return error_number;
}

int IoWorker::TransferOn(int fd, const StartIoRequest& request, void* buffer, IoEntry& entry) {
  if (entry.kind == IoKind::kFlush) return ::fdatasync(fd) == 0 ? 0 : errno;
  const std::size_t size = request.block_bytes;
  const auto offset =
      static_cast<off_t>(entry.block * size + request.offset_sectors * kSectorBytes);
  const ssize_t n = entry.kind == IoKind::kRead ? ::pread(fd, buffer, size, offset)
                                                : ::pwrite(fd, buffer, size, offset);
  entry.bytes = n > 0 ? static_cast<std::uint32_t>(n) : 0;
  return ErrorOf(n, request.block_bytes);
}

}  // namespace dualpath::guest::agent
