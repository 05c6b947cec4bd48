#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <variant>
#include <vector>

#include "helpers/base/device_number.h"
#include "helpers/base/result.h"
#include "helpers/scsi/hctl.h"
#include "helpers/scsi/host_byte.h"
#include "helpers/scsi/sense.h"

namespace dualpath::observe {

/// The SCSI layer is done with a command on one path: scsi:scsi_dispatch_cmd_done and, for one that
/// ran into its time limit, _timeout (include/trace/events/scsi.h).
struct ScsiDone {
  scsi::Hctl path;
  std::vector<std::uint8_t> cdb;
  scsi::HostByte host_byte = scsi::HostByte::kOk;
  scsi::ScsiStatus status = scsi::ScsiStatus::kGood;
  scsi::Sense sense{};  ///< all zero where there is none, and before Linux 5.18, which does not say
  bool timed_out = false;
};

/// The host adapter's driver did not take a command: scsi:scsi_dispatch_cmd_error. The SCSI layer
/// tries again.
struct ScsiRefused {
  scsi::Hctl path;
  std::vector<std::uint8_t> cdb;
  int reason = 0;  ///< SCSI_MLQUEUE_*
};

/// A request ended with an error: block:block_rq_complete. Of an SG_IO it only says that there was
/// an error at all, but also where the command never got as far as the host adapter's driver.
struct BlockError {
  DeviceNumber device;
  int error_number = 0;  ///< an errno, positive
};

/// What an SG_IO handed back to its caller, by a probe on put_sg_io_hdr (Linux 5.8 and later).
struct SgIoReturn {
  std::vector<std::uint8_t> cdb;
  scsi::HostByte host_byte = scsi::HostByte::kOk;
  std::uint16_t driver_byte = 0;
  scsi::ScsiStatus status = scsi::ScsiStatus::kGood;
};

/// One event, and who ran on the CPU then: the issuer of an SG_IO, but for completions anybody.
struct TraceEvent {
  std::int64_t monotonic_us = 0;  ///< if the trace clock is "mono"
  std::string task;               ///< the thread's name: "worker", "multipathd"
  int thread_id = 0;
  std::variant<ScsiDone, ScsiRefused, BlockError, SgIoReturn> event;

  std::string ToString() const;

  /// The same, for who says the time in another way: "worker: 6:0:1:0 command 0x2a: ...".
  std::string WithoutTime() const;
};

inline std::ostream& operator<<(std::ostream& out, const TraceEvent& record) {
  return out << record.ToString();
}

/// The content of tracefs's `trace`.
struct Trace {
  std::vector<TraceEvent> records;
  std::vector<std::string> not_understood;  ///< lines of other events, or in another wording
  std::uint64_t lost = 0;                   ///< events that the ring buffer had no room for
};

/// Of the kernel's text, as 3.10 to 6.12 print it.
Trace ParseTrace(const std::string& text);

/// One line; an `Error` says what is wrong with it.
Result<TraceEvent> ParseTraceLine(const std::string& line);

/// The event by which the probe on put_sg_io_hdr is known, and what it has to record.
extern const char kSgIoEvent[];
extern const char kSgIoProbe[];

}  // namespace dualpath::observe
