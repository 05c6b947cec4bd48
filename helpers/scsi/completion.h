#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>

#include "helpers/base/result.h"
#include "helpers/scsi/bytes.h"
#include "helpers/scsi/host_byte.h"
#include "helpers/scsi/sense.h"

namespace dualpath::scsi {

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
std::ostream& operator<<(std::ostream& out, const Result<Completion>& result);

}  // namespace dualpath::scsi
