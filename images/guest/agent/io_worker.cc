#include "images/guest/agent/io_worker.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <memory>
#include <new>
#include <utility>

#include "images/guest/agent/files.h"
#include "images/guest/block_content.h"

namespace dualpath::guest::agent {
namespace {

using Clock = std::chrono::steady_clock;
using wire::IoKind;
using wire::IoRecord;
using wire::IoState;
using wire::StartIoRequest;

// Direct I/O needs the memory aligned to the logical block; a page suits every disk.
constexpr std::size_t kAlignment = 4096;
constexpr std::size_t kExpectedRecords = 4096;

struct DeleteAligned {
  void operator()(void* memory) const { ::operator delete(memory, std::align_val_t(kAlignment)); }
};
using AlignedBuffer = std::unique_ptr<void, DeleteAligned>;

AlignedBuffer AllocateAligned(std::size_t size) {
  return AlignedBuffer(::operator new(size, std::align_val_t(kAlignment)));
}

Status Validate(const StartIoRequest& request) {
  const auto refuse = [](const std::string& what) {
    return Error::FromErrno("start I/O", what, EINVAL);
  };
  switch (request.kind) {
    case IoKind::kWrite:
    case IoKind::kRead:
    case IoKind::kWriteReadBack:
      break;
    default:
      return refuse("kind " + std::to_string(static_cast<std::uint32_t>(request.kind)));
  }
  if (request.block_bytes == 0 || request.block_bytes % kSectorBytes != 0 ||
      request.block_bytes > wire::kMaxBlockBytes) {
    return refuse("block of " + std::to_string(request.block_bytes) + " bytes");
  }
  if (request.block_count == 0) return refuse("block_count 0");
  return Ok{};
}

/// errno of a transfer, 0 if it was whole. A short one is an error of the disk.
int ErrorOf(ssize_t n, std::uint32_t wanted) {
  if (n < 0) return errno;
  return static_cast<std::uint32_t>(n) == wanted ? 0 : EIO;
}

}  // namespace

IoWorker::IoWorker(DiskOptions disk) : options_(std::move(disk)) {
  records_.reserve(kExpectedRecords);
  thread_ = std::thread([this] { Main(); });
}

IoWorker::~IoWorker() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ending_ = stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

Status IoWorker::Start(const StartIoRequest& request) {
  DUALPATH_TRY_STATUS(Validate(request));
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (running_) return Error::FromErrno("start I/O", "the run before is not over", EBUSY);
    LookForDiskLocked();
    if (!location_) return Error::FromErrno("start I/O", "no disk in the guest", ENODEV);
    running_ = true;
    stopping_ = false;
    state_ = IoState{};
    records_.clear();
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
  return state;
}

IoState IoWorker::State() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return StateLocked();
}

IoState IoWorker::StateLocked() const {
  IoState state = state_;
  state.running = running_ ? 1 : 0;
  state.now_ns = MonotonicNs();
  return state;
}

std::vector<IoRecord> IoWorker::Fetch(std::uint64_t from_index, std::size_t max) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (from_index >= records_.size()) return {};
  const auto first = records_.begin() + static_cast<std::ptrdiff_t>(from_index);
  const auto left = static_cast<std::size_t>(records_.end() - first);
  return {first, first + static_cast<std::ptrdiff_t>(std::min(left, max))};
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
      fd_.Reset();  // a disk that is held open does not go away as a whole
      lock.lock();
      running_ = false;
    } else {
      const wire::DiskAnswer answer = InquireDisk(location);
      lock.lock();
      if (location_ == location) inquired_ = answer;
    }
  }
}

void IoWorker::Run(const StartIoRequest& request) {
  const AlignedBuffer buffer = AllocateAligned(request.block_bytes);
  const std::chrono::microseconds interval(request.interval_us);
  Clock::time_point due = Clock::now();
  for (std::uint64_t nth = 0; request.max_count == 0 || nth < request.max_count; ++nth) {
    {
      std::unique_lock<std::mutex> lock(mutex_);
      if (changed_.wait_until(lock, due, [this] { return stopping_; })) return;
    }
    const IoRecord record = DoOne(request, nth, buffer.get());
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      records_.push_back(record);
      state_.in_flight = 0;
      state_.completed++;
      if (record.error_number != 0) state_.failed++;
    }
    // After a late one the rhythm starts anew: what a hang held up is not made good by a burst.
    due = std::max(due + interval, Clock::now());
  }
}

IoRecord IoWorker::DoOne(const StartIoRequest& request, std::uint64_t nth, void* buffer) {
  IoRecord record{};
  record.sequence = request.first_sequence + nth;
  record.block = request.first_block + nth % request.block_count;
  record.kind = request.kind;
  if (request.kind != IoKind::kRead) {
    FillBlock(buffer, request.block_bytes, {request.run_id, record.block, record.sequence});
    record.checksum = BlockChecksum(buffer, request.block_bytes);
  }
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    record.start_ns = MonotonicNs();
    state_.issued++;
    state_.in_flight = 1;
    state_.in_flight_sequence = record.sequence;
    state_.in_flight_since_ns = record.start_ns;
  }
  record.error_number = Transfer(request, record, buffer, record.bytes);
  record.end_ns = MonotonicNs();
  if (record.error_number != 0) {
    record.checksum = 0;
  } else if (request.kind == IoKind::kRead) {
    record.checksum = BlockChecksum(buffer, request.block_bytes);
  }
  return record;
}

int IoWorker::Transfer(const StartIoRequest& request, const IoRecord& record, void* buffer,
                       std::uint32_t& bytes) {
  if (!fd_) {
    Result<UniqueFd> opened = OpenDisk(location_->path);
    if (!opened.ok()) return opened.error().error_number();
    fd_ = std::move(opened).value();
  }
  const auto offset = static_cast<off_t>(record.block * request.block_bytes);
  int error_number = 0;
  if (request.kind != IoKind::kRead) {
    const ssize_t n = ::pwrite(fd_.get(), buffer, request.block_bytes, offset);
    error_number = ErrorOf(n, request.block_bytes);
    bytes = n > 0 ? static_cast<std::uint32_t>(n) : 0;
  }
  if (error_number == 0 && request.kind != IoKind::kWrite) {
    const ssize_t n = ::pread(fd_.get(), buffer, request.block_bytes, offset);
    error_number = ErrorOf(n, request.block_bytes);
    bytes = n > 0 ? static_cast<std::uint32_t>(n) : 0;
  }
  if (error_number == 0 && request.kind == IoKind::kWriteReadBack &&
      !CheckBlock(buffer, bytes, {request.run_id, record.block, record.sequence}, "").ok()) {
    error_number = EBADMSG;
  }
  // The disk behind this descriptor is gone for good; another may have come.
  if (error_number == ENODEV || error_number == ENXIO) fd_.Reset();
  return error_number;
}

}  // namespace dualpath::guest::agent
