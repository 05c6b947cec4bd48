#include "images/guest/agent/scsi_worker.h"

#include <fcntl.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

#include "helpers/guest/wire/frame.h"
#include "images/guest/agent/files.h"

namespace dualpath::guest::agent {
namespace {

using wire::ScsiDirection;
using wire::ScsiResult;
using wire::StartScsiRequest;

constexpr std::uint32_t kShortestCdb = 6;

Error Refuse(const std::string& what, int error_number) {
  return Error::FromErrno("start SCSI command", what, error_number);
}

Status Validate(const StartScsiRequest& request, std::size_t data_bytes) {
  if (request.cdb_bytes < kShortestCdb || request.cdb_bytes > wire::kMaxCdbBytes) {
    return Refuse("CDB of " + std::to_string(request.cdb_bytes) + " bytes", EINVAL);
  }
  if (request.direction > ScsiDirection::kOut) return Refuse("unknown direction", EINVAL);
  if (request.transfer_bytes > wire::kMaxScsiBytes) {
    return Refuse("transfer of " + std::to_string(request.transfer_bytes) + " bytes", EINVAL);
  }
  const bool out = request.direction == ScsiDirection::kOut;
  if (data_bytes != (out ? request.transfer_bytes : 0)) {
    return Refuse(std::to_string(data_bytes) + " bytes of data out", EINVAL);
  }
  return Ok{};
}

int ToSg(ScsiDirection direction) {
  switch (direction) {
    case ScsiDirection::kIn:
      return SG_DXFER_FROM_DEV;
    case ScsiDirection::kOut:
      return SG_DXFER_TO_DEV;
    case ScsiDirection::kNone:
      break;
  }
  return SG_DXFER_NONE;
}

}  // namespace

int SystemSgIo(int fd, sg_io_hdr_t* io) { return ::ioctl(fd, SG_IO, io); }

ScsiWorker::ScsiWorker(DiskOptions disk, SgIo sg_io) : options_(std::move(disk)), sg_io_(sg_io) {}

ScsiWorker::~ScsiWorker() {
  if (thread_.joinable()) thread_.join();
}

Status ScsiWorker::Start(const std::string& payload) {
  const auto request = wire::FromPayload<StartScsiRequest>(payload);
  if (!request) return Refuse("request of " + std::to_string(payload.size()) + " bytes", EPROTO);
  DUALPATH_TRY_STATUS(Validate(*request, payload.size() - sizeof(*request)));
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (result_.in_flight != 0) return Refuse("the previous command is in flight", EBUSY);
  }
  // Searched each time: another disk may have replaced the previous one.
  std::optional<DiskLocation> disk = FindDisk(options_);
  if (!disk) return Refuse("no SCSI disk in the guest", ENODEV);
  if (thread_.joinable()) thread_.join();  // it is about to return
  data_ = request->direction == ScsiDirection::kIn ? std::string(request->transfer_bytes, '\0')
                                                   : payload.substr(sizeof(*request));
  result_ = ScsiResult{};
  result_.tag = request->tag;
  result_.in_flight = 1;
  result_.start_ns = MonotonicNs();
  thread_ =
      std::thread([this, disk = *std::move(disk), request = *request] { Run(disk, request); });
  return Ok{};
}

Result<std::string> ScsiWorker::Answer() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (result_.start_ns == 0)
    return Error::FromErrno("get result", "no SCSI command was started", ENODATA);
  ScsiResult result = result_;
  result.now_ns = MonotonicNs();
  std::string payload = wire::ToPayload(result);
  if (result.in_flight == 0) payload += data_;
  return payload;
}

void ScsiWorker::Run(const DiskLocation& disk, StartScsiRequest request) {
  ScsiResult result{};
  sg_io_hdr_t io{};
  io.interface_id = 'S';
  io.dxfer_direction = ToSg(request.direction);
  io.cmdp = request.cdb;
  io.cmd_len = static_cast<unsigned char>(request.cdb_bytes);
  io.dxferp = data_.data();
  io.dxfer_len = static_cast<unsigned>(data_.size());
  io.sbp = result.sense;
  io.mx_sb_len = sizeof(result.sense);
  io.timeout = request.timeout_ms;
  // Root may send any command on a read-only descriptor, and closing one causes no uevents.
  const UniqueFd fd(::open(disk.path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!fd) result.open_error_number = errno;
  result.start_ns = MonotonicNs();
  if (fd && sg_io_(fd.get(), &io) != 0) result.error_number = errno;
  result.end_ns = MonotonicNs();
  if (fd && result.error_number == 0) {
    result.status = io.status;
    result.host_status = io.host_status;
    result.driver_status = io.driver_status;
    result.sense_bytes = io.sb_len_wr;
    result.residual = io.resid;
  }
  const bool arrived = fd && result.error_number == 0 && request.direction == ScsiDirection::kIn;
  const auto missing = static_cast<std::size_t>(std::max(result.residual, 0));
  data_.resize(arrived ? data_.size() - std::min(missing, data_.size()) : 0);

  const std::lock_guard<std::mutex> lock(mutex_);
  result.tag = result_.tag;
  result_ = result;
}

}  // namespace dualpath::guest::agent
