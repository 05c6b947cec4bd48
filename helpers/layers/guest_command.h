#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "helpers/observe/qemu_trace.h"
#include "helpers/observe/trace_line.h"

namespace dualpath::layers {

/// CLOCK_MONOTONIC.
using Moment = std::chrono::microseconds;

/// One SG_IO by which QEMU handed a command of the guest to the map.
struct SgIo {
  Moment issued{0};
  std::optional<Moment> returned{};
  int error_number = 0;  ///< errno of the ioctl; 0: it came back with what is below

  /// What it handed back, if that was an error, and if the kernel let us see it.
  std::optional<observe::SgIoReturn> handed_back{};

  /// What was recorded below it meanwhile: the completions of paths, failed requests.
  std::vector<observe::TraceEvent> below{};
};

/// One command of the guest, from the virtio-scsi request to its answer.
struct GuestCommand {
  std::uint8_t opcode = 0;
  std::optional<std::uint64_t> sector{};  ///< of 512 bytes, for a READ or WRITE
  Moment begun{0};
  std::optional<Moment> ended{};  ///< nothing: not answered yet
  std::vector<SgIo> sg_ios{};     ///< more than one where QEMU tried again
  std::optional<observe::BuiltSense> built_sense{};
  observe::VirtioScsiResponse response = observe::VirtioScsiResponse::kOk;
  scsi::ScsiStatus status = scsi::ScsiStatus::kGood;

  /// The guest got something else than success.
  bool Failed() const {
    return ended &&
           (response != observe::VirtioScsiResponse::kOk || status != scsi::ScsiStatus::kGood);
  }

  /// "command 0x2a at sector 56: SG_IO failed with errno 19; sense 0x0b/0x00/0x06; OK, CHECK
  /// CONDITION".
  std::string ToString() const;
};

inline std::ostream& operator<<(std::ostream& out, const GuestCommand& command) {
  return out << command.ToString();
}

struct FollowedCommands {
  std::vector<GuestCommand> commands;          ///< in the order in which QEMU got them
  std::vector<observe::TraceEvent> elsewhere;  ///< what the kernel recorded of others: a checker's
};

/// Puts together what QEMU and the kernel recorded. What the kernel recorded belongs to the SG_IO
/// during which it happened and, where it names a command, of that command.
/// `realtime_minus_monotonic`: see observe::RealtimeMinusMonotonic.
FollowedCommands FollowCommands(const std::vector<observe::QemuTraceEvent>& qemu,
                                std::int64_t realtime_minus_monotonic,
                                const std::vector<observe::TraceEvent>& kernel);

}  // namespace dualpath::layers
