#include "helpers/scsi/host_byte.h"

#include <array>
#include <utility>

#include "helpers/base/number.h"
#include "helpers/scsi/bytes.h"

namespace dualpath::scsi {
namespace {

constexpr std::array<const char*, 0x15> kHostBytes = {
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

constexpr std::array<std::pair<const char*, ScsiStatus>, 8> kStatuses = {{
    {"GOOD", ScsiStatus::kGood},
    {"CHECK CONDITION", ScsiStatus::kCheckCondition},
    {"CONDITION MET", ScsiStatus::kConditionMet},
    {"BUSY", ScsiStatus::kBusy},
    {"RESERVATION CONFLICT", ScsiStatus::kReservationConflict},
    {"TASK SET FULL", ScsiStatus::kTaskSetFull},
    {"ACA ACTIVE", ScsiStatus::kAcaActive},
    {"TASK ABORTED", ScsiStatus::kTaskAborted},
}};

}  // namespace

std::string ToString(ScsiStatus status) {
  for (const auto& [name, value] : kStatuses) {
    if (value == status) return name;
  }
  return "status " + Hex(static_cast<unsigned>(status));
}

std::string ToString(HostByte host_byte) {
  const auto value = static_cast<unsigned>(host_byte);
  return value < kHostBytes.size() ? kHostBytes.at(value) : "host byte " + Hex(value);
}

std::optional<HostByte> ParseHostByte(const std::string& text) {
  for (std::size_t value = 0; value < kHostBytes.size(); ++value) {
    if (text == kHostBytes.at(value)) return static_cast<HostByte>(value);
  }
  const auto number = ParseDecimalOrHex<unsigned>(text);
  if (!number) return std::nullopt;
  return static_cast<HostByte>(*number);
}

std::optional<ScsiStatus> ParseSamStatus(const std::string& text) {
  static const std::string prefix = "SAM_STAT_";
  std::string name = text.compare(0, prefix.size(), prefix) == 0 ? text.substr(prefix.size()) : "";
  for (char& letter : name) letter = letter == '_' ? ' ' : letter;
  for (const auto& [known, value] : kStatuses) {
    if (name == known) return value;
  }
  const auto number = ParseDecimalOrHex<unsigned>(text);
  if (!number) return std::nullopt;
  return static_cast<ScsiStatus>(*number);
}

}  // namespace dualpath::scsi
