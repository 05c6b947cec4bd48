#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>

namespace dualpath::scsi {

/// SCSI status of a command (SAM-5 5.3). Other values are legal and print as numbers.
enum class ScsiStatus : std::uint8_t {
  kGood = 0x00,
  kCheckCondition = 0x02,
  kConditionMet = 0x04,
  kBusy = 0x08,
  kReservationConflict = 0x18,
  kTaskSetFull = 0x28,
  kAcaActive = 0x30,
  kTaskAborted = 0x40,
};

/// Result of a command as the host adapter's driver reports it: DID_* of Linux's
/// include/scsi/scsi_status.h.
enum class HostByte : std::uint16_t {
  kOk = 0x00,
  kNoConnect = 0x01,
  kBusBusy = 0x02,
  kTimeOut = 0x03,
  kBadTarget = 0x04,
  kAbort = 0x05,
  kParity = 0x06,
  kError = 0x07,
  kReset = 0x08,
  kBadInterrupt = 0x09,
  kPassthrough = 0x0a,
  kSoftError = 0x0b,
  kImmediateRetry = 0x0c,
  kRequeue = 0x0d,
  kTransportDisrupted = 0x0e,
  kTransportFailFast = 0x0f,
  kTargetFailure = 0x10,
  kNexusFailure = 0x11,
  kAllocationFailure = 0x12,
  kMediumError = 0x13,
  kTransportMarginal = 0x14,
};

/// Returns "RESERVATION CONFLICT", or "status 0x22" for a value without a name.
std::string ToString(ScsiStatus status);

/// Returns "DID_TRANSPORT_DISRUPTED", or "host byte 0x63" for a value without a name.
std::string ToString(HostByte host_byte);

/// Parses "DID_NO_CONNECT", or the number ("0x10", "16") that the kernel prints for a host byte
/// that it has no name for.
std::optional<HostByte> ParseHostByte(const std::string& text);

/// Parses the kernel's names, "SAM_STAT_CHECK_CONDITION", and numbers as above.
std::optional<ScsiStatus> ParseSamStatus(const std::string& text);

inline std::ostream& operator<<(std::ostream& out, ScsiStatus status) {
  return out << ToString(status);
}
inline std::ostream& operator<<(std::ostream& out, HostByte host_byte) {
  return out << ToString(host_byte);
}

}  // namespace dualpath::scsi
