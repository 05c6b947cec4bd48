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

/// The result of one command sent with SG_IO. A command can fail in the ioctl itself (errno), in
/// the host adapter's driver (host byte) or in the device (status and sense data).
struct Completion {
  std::string command;   ///< `Command::name`
  int error_number = 0;  ///< errno of the ioctl; unless 0, only the times below are valid
  ScsiStatus status = ScsiStatus::kGood;
  HostByte host_byte = HostByte::kOk;
  std::uint16_t driver_byte = 0;  ///< 0x08 (DRIVER_SENSE): sense data is valid
  Bytes raw_sense{};
  std::optional<Sense> sense{};  ///< `raw_sense` parsed; empty if it is not valid sense data
  std::int32_t residual = 0;     ///< number of bytes that were not transferred
  Bytes data{};                  ///< data in without the residual; after a failure possibly zeros
  std::chrono::nanoseconds start{0};  ///< CLOCK_MONOTONIC of the machine that sent the command
  std::chrono::nanoseconds end{0};

  std::chrono::nanoseconds Took() const { return end - start; }

  /// Sets `raw_sense` and `sense`.
  void SetSense(Bytes bytes);

  /// Returns whether no layer reported an error.
  bool Ok() const;

  /// Returns "READ(10) of 8 blocks at 0: CHECK CONDITION, DID_OK, driver byte 0x08; ILLEGAL
  /// REQUEST, asc 0x21, ascq 0x00; residual 4096 after 0.012 s".
  std::string ToString() const;
};

std::ostream& operator<<(std::ostream& out, const Completion& completion);
std::ostream& operator<<(std::ostream& out, const Result<Completion>& result);

}  // namespace dualpath::scsi
