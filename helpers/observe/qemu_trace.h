#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <variant>
#include <vector>

#include "helpers/base/cleanup.h"
#include "helpers/base/deadline.h"
#include "helpers/base/result.h"
#include "helpers/base/unique_fd.h"
#include "helpers/scsi/host_byte.h"

namespace dualpath::observe {

/// VIRTIO_SCSI_S_*: what the virtio-scsi device answers to a command (virtio 1.2, 5.6.6.1).
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

/// "TARGET_FAILURE", or "response 13".
std::string ToString(VirtioScsiResponse response);

inline std::ostream& operator<<(std::ostream& out, VirtioScsiResponse response) {
  return out << ToString(response);
}

/// The guest's driver gave QEMU a command. (Trace events: hw/scsi/trace-events in QEMU.)
struct VirtioScsiRequest {
  std::uint64_t tag = 0;  ///< the command's until it is answered
  std::uint8_t opcode = 0;
};

/// QEMU answered it.
struct VirtioScsiAnswer {
  std::uint64_t tag = 0;
  VirtioScsiResponse response = VirtioScsiResponse::kOk;
  scsi::ScsiStatus status = scsi::ScsiStatus::kGood;
};

/// QEMU is about to send a READ or WRITE of the guest by SG_IO, or anything else (then no sector).
struct SgIoSubmission {
  std::uint64_t tag = 0;
  std::uint8_t opcode = 0;
  std::optional<std::uint64_t> sector{};  ///< of 512 bytes
};

/// QEMU's thread pool, in which ioctls block, got or finished some work. (util/trace-events)
struct PoolSubmission {
  std::uint64_t request = 0;
};
struct PoolCompletion {
  std::uint64_t request = 0;
  int error_number = 0;  ///< what the ioctl failed with; 0: it did not
};

/// QEMU made up sense data of its own.
struct BuiltSense {
  std::uint64_t tag = 0;
  unsigned key = 0;
  unsigned asc = 0;
  unsigned ascq = 0;
};

/// A line of QEMU's trace; times are CLOCK_REALTIME.
struct QemuTraceEvent {
  std::int64_t realtime_us = 0;
  std::variant<VirtioScsiRequest, VirtioScsiAnswer, SgIoSubmission, PoolSubmission, PoolCompletion,
               BuiltSense>
      event;
};

/// Of "PID@SECONDS.MICROSECONDS:EVENT ARGUMENTS", QEMU's trace backend "log", or from QEMU 11 on of
/// "YYYY-MM-DDTHH:MM:SS.MICROSECONDSZ EVENT ARGUMENTS". Nothing if the line
/// is something else that QEMU or libvirt logged; an `Error` if it is an event of ours in a wording
/// that is not known.
Result<std::optional<QemuTraceEvent>> ParseQemuTraceLine(const std::string& line);

/// What CLOCK_REALTIME reads minus what CLOCK_MONOTONIC reads, microseconds, now.
std::int64_t RealtimeMinusMonotonic();

/// QEMU's own account of what it does with the guest's commands: its trace events, switched on
/// while it runs, read from the log that libvirt keeps of it.
class QemuTrace {
 public:
  /// Sends QEMU a command of its monitor (QMP, as JSON) and returns the answer.
  using Monitor = std::function<Result<std::string>(const std::string& command)>;

  /// Records from now on. `log`: /var/log/libvirt/qemu/DOMAIN.log. An `Error` if this QEMU has not
  /// the events, or does not write them into its log: distributions choose the trace backends.
  static Result<QemuTrace> Start(Monitor monitor, const std::string& log, Deadline deadline);

  struct Records {
    std::vector<QemuTraceEvent> events;
    std::vector<std::string> not_understood;
  };

  /// Everything since `Start`, up to this call.
  Result<Records> Read(Deadline deadline);

  /// Switches the events off. Also done by the destructor, which can only log.
  Status Stop() { return undo_.Run(); }

 private:
  QemuTrace(Monitor monitor, std::string log, UniqueFd file)
      : monitor_(std::move(monitor)), log_(std::move(log)), file_(std::move(file)) {}

  Status SwitchOn();
  Status AwaitMark(const std::string& mark, Deadline deadline);
  Status ReadOn();

  Monitor monitor_;
  std::string log_;
  UniqueFd file_;
  std::string text_;  ///< what was written to the log since `Start`
  Cleanup undo_;
};

}  // namespace dualpath::observe
