#include "helpers/scsi/completion.h"

#include <array>
#include <cstdio>
#include <system_error>
#include <utility>

namespace dualpath::scsi {

std::string ToString(ScsiStatus status) {
  switch (status) {
    case ScsiStatus::kGood:
      return "GOOD";
    case ScsiStatus::kCheckCondition:
      return "CHECK CONDITION";
    case ScsiStatus::kConditionMet:
      return "CONDITION MET";
    case ScsiStatus::kBusy:
      return "BUSY";
    case ScsiStatus::kReservationConflict:
      return "RESERVATION CONFLICT";
    case ScsiStatus::kTaskSetFull:
      return "TASK SET FULL";
    case ScsiStatus::kAcaActive:
      return "ACA ACTIVE";
    case ScsiStatus::kTaskAborted:
      return "TASK ABORTED";
  }
  return "status " + Hex(static_cast<unsigned>(status));
}

std::string ToString(HostByte host_byte) {
  static constexpr std::array<const char*, 0x15> kNames = {
      "DID_OK",
      "DID_NO_CONNECT",
      "DID_BUS_BUSY",
      "DID_TIME_OUT",
      "DID_BAD_TARGET",
      "DID_ABORT",
      "DID_PARITY",
      "DID_ERROR",
      "DID_RESET",
      "DID_BAD_INTR",
      "DID_PASSTHROUGH",
      "DID_SOFT_ERROR",
      "DID_IMM_RETRY",
      "DID_REQUEUE",
      "DID_TRANSPORT_DISRUPTED",
      "DID_TRANSPORT_FAILFAST",
      "DID_TARGET_FAILURE",
      "DID_NEXUS_FAILURE",
      "DID_ALLOC_FAILURE",
      "DID_MEDIUM_ERROR",
      "DID_TRANSPORT_MARGINAL",
  };
  const auto value = static_cast<std::size_t>(host_byte);
  return value < kNames.size() ? kNames.at(value) : "host byte " + Hex(value);
}

void Completion::SetSense(Bytes bytes) {
  raw_sense = std::move(bytes);
  const Result<Sense> decoded = Sense::Parse(raw_sense);
  sense = decoded.ok() ? std::optional<Sense>(*decoded) : std::nullopt;
}

bool Completion::Ok() const {
  return error_number == 0 && status == ScsiStatus::kGood && host_byte == HostByte::kOk &&
         driver_byte == 0;
}

std::string Completion::ToString() const {
  std::array<char, 32> seconds{};
  std::snprintf(seconds.data(), seconds.size(), " after %.3f s",
                std::chrono::duration<double>(Took()).count());
  std::string text = command + ": ";
  if (error_number != 0) {
    return text + "SG_IO failed with " + std::generic_category().message(error_number) +
           " (errno " + std::to_string(error_number) + ")" + seconds.data();
  }
  text += scsi::ToString(status) + ", " + scsi::ToString(host_byte);
  if (driver_byte != 0) text += ", driver byte " + Hex(driver_byte);
  if (sense) {
    text += "; " + sense->ToString();
  } else if (!raw_sense.empty()) {
    text += "; sense bytes " + HexDump(raw_sense);
  }
  if (Ok() && !data.empty()) text += "; " + std::to_string(data.size()) + " bytes in";
  if (residual != 0) text += "; residual " + std::to_string(residual);
  return text + seconds.data();
}

std::ostream& operator<<(std::ostream& out, const Completion& completion) {
  return out << completion.ToString();
}

}  // namespace dualpath::scsi
