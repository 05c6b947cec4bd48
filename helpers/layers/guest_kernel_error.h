#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "helpers/scsi/host_byte.h"

namespace dualpath::layers {

/// A command that failed after all retries, as the guest's kernel logs it (scsi_print_result and
/// scsi_print_sense of Linux's drivers/scsi; for a virtio-blk disk only the block layer's "I/O
/// error"). The kernel logs at most ten such commands in five seconds.
struct GuestKernelError {
  std::chrono::microseconds at{0};            ///< time since boot, the guest's printk clock
  std::optional<scsi::HostByte> host_byte{};  ///< empty: not a SCSI disk
  std::string sense_key{};         ///< "Aborted Command", as the kernel prints it; empty: no sense
  std::string additional_sense{};  ///< "I/O process terminated"
  std::optional<std::uint64_t> sector{};  ///< from "I/O error, dev sda, sector 56"

  /// Returns "DID_OK, Aborted Command, I/O process terminated, sector 56"; "I/O error, sector 56".
  std::string ToString() const;
};

inline std::ostream& operator<<(std::ostream& out, const GuestKernelError& error) {
  return out << error.ToString();
}

/// Parses the output of dmesg with time stamps, in the formats of Linux 3.10 to 6.12.
std::vector<GuestKernelError> ParseGuestKernelErrors(const std::string& kernel_log);

/// Returns the time stamp of a line of dmesg's output, if it has one.
std::optional<std::chrono::microseconds> TimeOfLine(const std::string& line);

/// Returns the lines of dmesg's output since `begin`, or nothing if earlier ones may be missing at
/// the beginning of `kernel_log`, the end of a longer log.
std::optional<std::vector<std::string>> TailSince(const std::string& kernel_log,
                                                  std::chrono::nanoseconds begin);

}  // namespace dualpath::layers
