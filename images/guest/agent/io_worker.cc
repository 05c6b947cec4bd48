#include "images/guest/agent/io_worker.h"

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
    const IoEntry entry = DoOne(request, slot, buffer.get());
    Complete(entry, slot);
    // After a hang the interval restarts, without a burst to catch up.
    due_ns = std::max(due_ns + interval_ns, entry.end_ns);
  }
  slot.fd.Reset();  // the kernel does not release a disk while it is open
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
  const auto next_block = [&] { return request.first_block + state_.issued % request.block_count; };
  while (!over() && IsBlockBusy(next_block(), request.queue_depth)) {
    freed_.wait(lock);
    slot.since_ns = MonotonicNs();
  }
  if (over()) return false;
  slot.block = next_block();
  slot.sequence = request.first_sequence + state_.issued++;
  slot.busy = true;
  return true;
}

bool IoWorker::IsBlockBusy(std::uint64_t block, std::uint32_t queue_depth) const {
  return std::any_of(slots_.begin(), slots_.begin() + queue_depth,
                     [block](const Slot& slot) { return slot.busy && slot.block == block; });
}

void IoWorker::Complete(const IoEntry& entry, Slot& slot) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    entries_.Add(entry);
    slot.busy = false;
    state_.completed++;
    if (entry.error_number != 0) state_.failed++;
  }
  freed_.notify_all();
}

IoEntry IoWorker::DoOne(const StartIoRequest& request, Slot& slot, void* buffer) {
  IoEntry entry{};
  entry.sequence = slot.sequence;
  entry.block = slot.block;
  entry.kind = IsRead(request, slot.sequence) ? IoKind::kRead : request.kind;
  if (entry.kind != IoKind::kRead) {
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
  }
  return entry;
}

int IoWorker::Transfer(const StartIoRequest& request, Slot& slot, void* buffer, IoEntry& entry) {
  if (!slot.fd) {
    Result<UniqueFd> opened = OpenDisk(location_->path);
    if (!opened.ok()) return opened.error().error_number();
    slot.fd = std::move(opened).value();
  }
  const std::size_t size = request.block_bytes;
  const auto offset =
      static_cast<off_t>(entry.block * size + request.offset_sectors * kSectorBytes);
  const ssize_t n = entry.kind == IoKind::kRead ? ::pread(slot.fd.get(), buffer, size, offset)
                                                : ::pwrite(slot.fd.get(), buffer, size, offset);
  const int error_number = ErrorOf(n, request.block_bytes);
  entry.bytes = n > 0 ? static_cast<std::uint32_t>(n) : 0;
  // This descriptor's disk is removed; another one may have replaced it.
  if (error_number == ENODEV || error_number == ENXIO) slot.fd.Reset();
  return error_number;
}

}  // namespace dualpath::guest::agent
