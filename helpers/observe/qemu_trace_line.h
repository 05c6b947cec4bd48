#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <variant>

#include "helpers/base/result.h"
#include "helpers/scsi/host_byte.h"

namespace dualpath::observe {

/// VIRTIO_SCSI_S_*: response of the virtio-scsi device to a command (virtio 1.2, 5.6.6.1).
enum class VirtioScsiResponse : unsigned {
  kOk = 0,
  kOverrun = 1,
  kAborted = 2,
  kBadTarget = 3,
  kReset = 4,
  kBusy = 5,
  kTransportFailure = 6,
  kTargetFailure = 7,
  kNexusFailure = 8,
  kFailure = 9,
  kIncorrectLun = 12,
};

/// Returns "TARGET_FAILURE", or "response 13" for a value without a name.
std::string ToString(VirtioScsiResponse response);

inline std::ostream& operator<<(std::ostream& out, VirtioScsiResponse response) {
  return out << ToString(response);
}

/// QEMU received a command of the guest (virtio_scsi_cmd_req in QEMU's hw/scsi/trace-events).
struct VirtioScsiRequest {
  std::uint64_t tag = 0;  ///< identifies the command until its response
  std::uint8_t opcode = 0;
};

/// QEMU sent the response (virtio_scsi_cmd_resp).
struct VirtioScsiCompletion {
  std::uint64_t tag = 0;
  VirtioScsiResponse response = VirtioScsiResponse::kOk;
  scsi::ScsiStatus status = scsi::ScsiStatus::kGood;
};

/// QEMU is about to send a command of the guest with SG_IO (scsi_disk_aio_sgio_command for READ and
/// WRITE, scsi_generic_aio_sgio_command for others).
struct SgIoSubmission {
  std::uint64_t tag = 0;
  std::uint8_t opcode = 0;
  std::optional<std::uint64_t> sector{};  ///< first sector (512 bytes) of a READ or WRITE
};

/// QEMU's thread pool, in which ioctls block, received or completed a request (QEMU's
/// util/trace-events).
struct PoolSubmission {
  std::uint64_t request = 0;
};
struct PoolCompletion {
  std::uint64_t request = 0;
  int error_number = 0;  ///< errno of the ioctl; 0 if it succeeded
};

/// QEMU built sense data, rather than pass on the device's (scsi_req_build_sense).
struct BuiltSense {
  std::uint64_t tag = 0;
  unsigned key = 0;
  unsigned asc = 0;
  unsigned ascq = 0;
};

/// A trace event of QEMU; times are CLOCK_REALTIME.
struct QemuTraceEvent {
  std::int64_t realtime_us = 0;
  std::variant<VirtioScsiRequest, VirtioScsiCompletion, SgIoSubmission, PoolSubmission,
               PoolCompletion, BuiltSense>
      event;
};

/// Parses "PID@SECONDS.MICROSECONDS:EVENT ARGUMENTS", the format of QEMU's trace backend "log", or
/// "YYYY-MM-DDTHH:MM:SS.MICROSECONDSZ EVENT ARGUMENTS" of QEMU 11. Empty for any other line; an
/// `Error` for one of the above events with arguments in an unknown format.
Result<std::optional<QemuTraceEvent>> ParseQemuTraceLine(const std::string& line);

}  // namespace dualpath::observe
