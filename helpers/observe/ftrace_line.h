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

/// A command completed on one path: scsi:scsi_dispatch_cmd_done, or _timeout if it timed out
/// (include/trace/events/scsi.h).
struct ScsiDone {
  scsi::Hctl path;
  std::vector<std::uint8_t> cdb;
  scsi::HostByte host_byte = scsi::HostByte::kOk;
  scsi::ScsiStatus status = scsi::ScsiStatus::kGood;
  scsi::Sense sense{};  ///< all zero without sense data, and always before Linux 5.18
  bool timed_out = false;
};

/// The host adapter's driver did not accept a command: scsi:scsi_dispatch_cmd_error. The SCSI layer
/// retries it.
struct ScsiRefused {
  scsi::Hctl path;
  std::vector<std::uint8_t> cdb;
  int reason = 0;  ///< SCSI_MLQUEUE_*
};

/// A request ended with an error: block:block_rq_complete. For an SG_IO the errno is not specific,
/// but the event also occurs for commands that did not reach the host adapter's driver.
struct BlockError {
  DeviceNumber device;
  int error_number = 0;  ///< an errno, positive
};

/// Result of an SG_IO as returned to its caller: a probe on put_sg_io_hdr (Linux 5.8 and later).
struct SgIoReturn {
  std::vector<std::uint8_t> cdb;
  scsi::HostByte host_byte = scsi::HostByte::kOk;
  std::uint16_t driver_byte = 0;
  scsi::ScsiStatus status = scsi::ScsiStatus::kGood;
};

/// A trace event and the thread on the CPU: the caller for SgIoReturn, but any thread for
/// completions.
struct TraceEvent {
  std::int64_t monotonic_us = 0;  ///< CLOCK_MONOTONIC, if the trace clock is "mono"
  std::string task;               ///< name of the thread: "worker", "multipathd"
  int thread_id = 0;
  std::variant<ScsiDone, ScsiRefused, BlockError, SgIoReturn> event;

  std::string ToString() const;

  /// Returns "worker: 6:0:1:0 command 0x2a: ...".
  std::string WithoutTime() const;
};

inline std::ostream& operator<<(std::ostream& out, const TraceEvent& event) {
  return out << event.ToString();
}

/// Content of tracefs's `trace`.
struct Trace {
  std::vector<TraceEvent> events;
  std::vector<std::string> not_understood;  ///< lines of other events or in an unknown format
  std::uint64_t lost = 0;                   ///< number of events overwritten in the ring buffer
};

/// Parses tracefs's `trace` in the formats of Linux 3.10 to 6.12.
Trace ParseTrace(const std::string& text);

/// Parses one line of `trace`.
Result<TraceEvent> ParseTraceLine(const std::string& line);

/// Event name and arguments of the probe on put_sg_io_hdr (Documentation/trace/kprobetrace.rst).
extern const char kSgIoEvent[];
extern const char kSgIoProbe[];

}  // namespace dualpath::observe
