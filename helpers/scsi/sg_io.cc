#include "helpers/scsi/sg_io.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <scsi/sg.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <thread>
#include <utility>

#include "helpers/base/deadline.h"
#include "helpers/base/unique_fd.h"

namespace dualpath::scsi {
namespace {

int ToSg(Direction direction) {
  switch (direction) {
    case Direction::kIn:
      return SG_DXFER_FROM_DEV;
    case Direction::kOut:
      return SG_DXFER_TO_DEV;
    case Direction::kNone:
      break;
  }
  return SG_DXFER_NONE;
}

/// Drops CAP_SYS_RAWIO of the calling thread. libc has no wrapper for capset(2).
Status DropRawIo() {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
  if (::syscall(SYS_capget, &header, sets.data()) != 0) {
    return Error::FromErrno("drop CAP_SYS_RAWIO: capget", "this thread", errno);
  }
  sets.at(CAP_TO_INDEX(CAP_SYS_RAWIO)).effective &= ~CAP_TO_MASK(CAP_SYS_RAWIO);
  if (::syscall(SYS_capset, &header, sets.data()) != 0) {
    return Error::FromErrno("drop CAP_SYS_RAWIO: capset", "this thread", errno);
  }
  return Ok{};
}

Result<Completion> Send(const std::string& device, const Command& command, int access) {
  const UniqueFd fd(::open(device.c_str(), access | O_NONBLOCK | O_CLOEXEC));
  if (!fd) return Error::FromErrno("open", device, errno);
  Bytes cdb = command.cdb;
  Bytes data =
      command.direction == Direction::kIn ? Bytes(command.data_in_bytes) : command.data_out;
  std::array<std::uint8_t, 96> sense{};
  sg_io_hdr_t io{};
  io.interface_id = 'S';
  io.dxfer_direction = ToSg(command.direction);
  io.cmdp = cdb.data();
  io.cmd_len = static_cast<unsigned char>(cdb.size());
  io.dxferp = data.data();
  io.dxfer_len = static_cast<unsigned>(data.size());
  io.sbp = sense.data();
  io.mx_sb_len = static_cast<unsigned char>(sense.size());
  io.timeout = static_cast<unsigned>(command.timeout.count());

  Completion completion;
  completion.command = command.name;
  completion.start = Deadline::Clock::now().time_since_epoch();
  const bool sent = ::ioctl(fd.get(), SG_IO, &io) == 0;
  if (!sent) completion.error_number = errno;
  completion.end = Deadline::Clock::now().time_since_epoch();
  if (!sent) return completion;
  completion.status = static_cast<ScsiStatus>(io.status);
  completion.host_byte = static_cast<HostByte>(io.host_status);
  completion.driver_byte = io.driver_status;
  completion.SetSense({sense.begin(), sense.begin() + std::min<int>(io.sb_len_wr, sense.size())});
  completion.residual = io.resid;
  if (command.direction == Direction::kIn) {
    const auto missing = static_cast<std::size_t>(std::max(io.resid, 0));
    data.resize(data.size() - std::min(missing, data.size()));
    completion.data = std::move(data);
  }
  return completion;
}

}  // namespace

Result<Completion> Execute(const std::string& device, const Command& command) {
  return Send(device, command, O_RDONLY);
}

Result<Completion> ExecuteWithoutRawIo(const std::string& device, const Command& command) {
  Result<Completion> result = Completion{};
  std::thread unprivileged([&] {
    const Status dropped = DropRawIo();
    if (!dropped.ok()) {
      result = dropped.error();
      return;
    }
    result = Send(device, command, command.direction == Direction::kOut ? O_RDWR : O_RDONLY);
  });
  unprivileged.join();
  return result;
}

}  // namespace dualpath::scsi
