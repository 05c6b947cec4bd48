#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "helpers/scsi/host_byte.h"

namespace dualpath::layers {

/// What the kernel of the guest says of a command that failed for good, that is, after its own
/// tries (scsi_print_result and scsi_print_sense of Linux's drivers/scsi; of a virtio-blk disk only
/// the block layer's "I/O error"). The kernel says so of ten commands in five seconds at most.
struct GuestKernelError {
  std::chrono::microseconds at{0};            ///< since boot, by printk's clock of the guest
  std::optional<scsi::HostByte> host_byte{};  ///< nothing: of a disk that is not a SCSI disk
  std::string sense_key{};         ///< the kernel's words: "Aborted Command"; empty: no sense
  std::string additional_sense{};  ///< "I/O process terminated"
  std::optional<std::uint64_t> sector{};  ///< of "I/O error, dev sda, sector 56"

  /// "DID_OK, Aborted Command, I/O process terminated, sector 56"; "I/O error, sector 56".
  std::string ToString() const;
};

inline std::ostream& operator<<(std::ostream& out, const GuestKernelError& complaint) {
  return out << complaint.ToString();
}

/// Of dmesg's output, time stamps included; in the wording of Linux 3.10 to 6.12.
std::vector<GuestKernelError> ParseComplaints(const std::string& kernel_log);

/// The time stamp of a line of dmesg's output, or nothing.
std::optional<std::chrono::microseconds> TimeOfLine(const std::string& line);

}  // namespace dualpath::layers
