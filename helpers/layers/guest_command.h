#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "helpers/observe/ftrace_line.h"
#include "helpers/observe/qemu_trace.h"

namespace dualpath::layers {

/// CLOCK_MONOTONIC.
using Moment = std::chrono::microseconds;

/// One SG_IO with which QEMU sent a command of the guest to the map.
struct SgIo {
  Moment issued{0};
  std::optional<Moment> returned{};
  int error_number = 0;  ///< errno of the ioctl; 0 if it succeeded

  /// Result of the command, if it was an error and the kernel can trace it.
  std::optional<observe::SgIoReturn> result{};

  /// Trace events below this SG_IO: commands completed by paths, failed requests.
  std::vector<observe::TraceEvent> below{};

  /// Returns "returned DID_NO_CONNECT, GOOD", "failed: No such device" or "has not returned".
  std::string ToString() const;
};

/// One command of the guest, from the virtio-scsi request to its response.
struct GuestCommand {
  std::uint8_t opcode = 0;
  std::optional<std::uint64_t> sector{};  ///< first sector (512 bytes) of a READ or WRITE
  Moment begun{0};
  std::optional<Moment> ended{};  ///< empty: no response yet
  std::vector<SgIo> sg_ios{};     ///< more than one if QEMU retried
  std::optional<observe::BuiltSense> built_sense{};
  observe::VirtioScsiResponse response = observe::VirtioScsiResponse::kOk;
  scsi::ScsiStatus status = scsi::ScsiStatus::kGood;

  /// Returns whether the response was not success.
  bool Failed() const {
    return ended &&
           (response != observe::VirtioScsiResponse::kOk || status != scsi::ScsiStatus::kGood);
  }

  /// Returns "command 0x2a at sector 56: SG_IO failed: No such device; sense 0x0b/0x00/0x06; OK,
  /// CHECK CONDITION".
  std::string ToString() const;
};

inline std::ostream& operator<<(std::ostream& out, const GuestCommand& command) {
  return out << command.ToString();
}

struct FollowedCommands {
  std::vector<GuestCommand> commands;          ///< in the order in which QEMU received them
  std::vector<observe::TraceEvent> elsewhere;  ///< trace events of no SG_IO: a checker's
};

/// Correlates the traces of QEMU and the kernel. A trace event of the kernel belongs to the SG_IO
/// during which it occurred and, if it has a CDB, whose command has the same opcode and LBA.
/// `realtime_minus_monotonic`: see observe::RealtimeMinusMonotonic.
FollowedCommands FollowCommands(const std::vector<observe::QemuTraceEvent>& qemu,
                                std::int64_t realtime_minus_monotonic,
                                const std::vector<observe::TraceEvent>& kernel);

}  // namespace dualpath::layers
