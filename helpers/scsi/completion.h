#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>

#include "helpers/scsi/bytes.h"
#include "helpers/scsi/sense.h"

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

/// What the host adapter's driver made of a command: DID_* of Linux's include/scsi/scsi_status.h.
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

/// "RESERVATION CONFLICT", or "status 0x22" for a value without a name.
std::string ToString(ScsiStatus status);

/// "DID_TRANSPORT_DISRUPTED", or "host byte 0x63".
std::string ToString(HostByte host_byte);

/// What became of one command that was sent by SG_IO. The layers in the order in which a command
/// may fail: the ioctl itself; the host adapter (host byte); the device (status and sense).
struct Completion {
  std::string command;   ///< its name
  int error_number = 0;  ///< errno of the ioctl; else than 0: there is nothing below but the times
  ScsiStatus status = ScsiStatus::kGood;
  HostByte host_byte = HostByte::kOk;
  std::uint16_t driver_byte = 0;  ///< 0x08 (DRIVER_SENSE): there is sense data
  Bytes raw_sense{};
  std::optional<Sense> sense{};  ///< of `raw_sense`, if that can be understood
  std::int32_t residual = 0;     ///< bytes of the transfer that did not take place
  Bytes data{};  ///< data in, without the residual; after a failure maybe only an empty buffer
  std::chrono::nanoseconds start{0};  ///< CLOCK_MONOTONIC of the machine that sent it
  std::chrono::nanoseconds end{0};

  std::chrono::nanoseconds Took() const { return end - start; }

  /// Sets `raw_sense`, and `sense` by it.
  void SetSense(Bytes bytes);

  /// No layer has anything to complain about.
  bool Ok() const;

  /// "READ(10) of 8 blocks at 0: CHECK CONDITION, DID_OK, driver byte 0x08; ILLEGAL REQUEST, asc
  /// 0x21, ascq 0x00; residual 4096 after 0.012 s".
  std::string ToString() const;
};

std::ostream& operator<<(std::ostream& out, const Completion& completion);

}  // namespace dualpath::scsi
