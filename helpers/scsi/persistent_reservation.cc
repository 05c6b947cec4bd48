#include "helpers/scsi/persistent_reservation.h"

#include <utility>

namespace dualpath::scsi {
namespace {

constexpr std::uint8_t kPersistentReserveIn = 0x5e;
constexpr std::uint8_t kPersistentReserveOut = 0x5f;
constexpr std::size_t kParameterListBytes = 24;

enum InAction : std::uint8_t { kReadKeys = 0, kReadReservation = 1, kReportCapabilities = 2 };

enum OutAction : std::uint8_t {
  kRegister = 0,
  kReserve = 1,
  kRelease = 2,
  kClear = 3,
  kPreempt = 4,
  kPreemptAndAbort = 5,
  kRegisterAndIgnoreExistingKey = 6,
};

Command In(const std::string& name, InAction action, std::uint16_t allocation_length) {
  Bytes cdb(10);
  cdb[0] = kPersistentReserveIn;
  cdb[1] = action;
  Put(cdb, 7, 2, allocation_length);
  return {"PERSISTENT RESERVE IN, " + name, cdb, Direction::kIn, allocation_length};
}

/// The scope is LU_SCOPE, which is 0. `type` is 0 for actions that ignore it.
Command Out(const std::string& name, OutAction action, std::uint8_t type, std::uint64_t key,
            std::uint64_t action_key) {
  Bytes cdb(10);
  cdb[0] = kPersistentReserveOut;
  cdb[1] = action;
  cdb[2] = type;
  Put(cdb, 5, 4, kParameterListBytes);
  Bytes list(kParameterListBytes);
  Put(list, 0, 8, key);
  Put(list, 8, 8, action_key);
  const std::string full = "PERSISTENT RESERVE OUT, " + name;
  return {full, cdb, Direction::kOut, 0, list};
}

std::uint8_t Byte(ReservationType type) { return static_cast<std::uint8_t>(type); }

Command WithOptions(Command command, RegisterOptions options) {
  constexpr std::size_t kFlags = 20;
  constexpr std::uint8_t kAptpl = 0x01;
  constexpr std::uint8_t kAllTargetPorts = 0x04;
  if (options.survives_power_loss) command.data_out[kFlags] |= kAptpl;
  if (options.all_target_ports) command.data_out[kFlags] |= kAllTargetPorts;
  return command;
}

std::string Preempting(std::uint64_t key, std::uint64_t victim, ReservationType type) {
  return " key " + Hex(victim) + " by key " + Hex(key) + " for " + ToString(type);
}

constexpr char kParse[] = "parse PERSISTENT RESERVE IN, ";

Error Truncated(const std::string& what, const Bytes& data, const std::string& reason) {
  return Error::Because(kParse + what, std::to_string(data.size()) + " bytes", reason);
}

}  // namespace

std::string ToString(ReservationType type) {
  switch (type) {
    case ReservationType::kWriteExclusive:
      return "Write Exclusive";
    case ReservationType::kExclusiveAccess:
      return "Exclusive Access";
    case ReservationType::kWriteExclusiveRegistrantsOnly:
      return "Write Exclusive, Registrants Only";
    case ReservationType::kExclusiveAccessRegistrantsOnly:
      return "Exclusive Access, Registrants Only";
    case ReservationType::kWriteExclusiveAllRegistrants:
      return "Write Exclusive, All Registrants";
    case ReservationType::kExclusiveAccessAllRegistrants:
      return "Exclusive Access, All Registrants";
  }
  return "type " + Hex(Byte(type), 1);
}

Command ReadKeys(std::uint16_t allocation_length) {
  return In("READ KEYS", kReadKeys, allocation_length);
}
Command ReadReservation(std::uint16_t allocation_length) {
  return In("READ RESERVATION", kReadReservation, allocation_length);
}
Command ReportCapabilities(std::uint16_t allocation_length) {
  return In("REPORT CAPABILITIES", kReportCapabilities, allocation_length);
}

Command Register(std::uint64_t key, std::uint64_t new_key, RegisterOptions options) {
  return WithOptions(
      Out("REGISTER key " + Hex(new_key) + " in place of " + Hex(key), kRegister, 0, key, new_key),
      options);
}
Command RegisterAndIgnoreExistingKey(std::uint64_t new_key, RegisterOptions options) {
  return WithOptions(Out("REGISTER AND IGNORE EXISTING KEY, key " + Hex(new_key),
                         kRegisterAndIgnoreExistingKey, 0, 0, new_key),
                     options);
}
Command Reserve(std::uint64_t key, ReservationType type) {
  return Out("RESERVE by key " + Hex(key) + " for " + ToString(type), kReserve, Byte(type), key, 0);
}
Command Release(std::uint64_t key, ReservationType type) {
  return Out("RELEASE by key " + Hex(key) + " of " + ToString(type), kRelease, Byte(type), key, 0);
}
Command Clear(std::uint64_t key) { return Out("CLEAR by key " + Hex(key), kClear, 0, key, 0); }

Command Preempt(std::uint64_t key, std::uint64_t victim, ReservationType type) {
  return Out("PREEMPT" + Preempting(key, victim, type), kPreempt, Byte(type), key, victim);
}
Command PreemptAndAbort(std::uint64_t key, std::uint64_t victim, ReservationType type) {
  return Out("PREEMPT AND ABORT" + Preempting(key, victim, type), kPreemptAndAbort, Byte(type), key,
             victim);
}

Result<RegisteredKeys> ParseKeys(const Bytes& data) {
  constexpr std::size_t kHeader = 8;
  constexpr std::size_t kKey = 8;
  DUALPATH_TRY(const std::size_t end,
               EndOfData(data, kHeader, 4, kParse + std::string("READ KEYS")));
  if (end % kKey != 0) return Truncated("READ KEYS", data, "the last key is truncated");
  RegisteredKeys keys;
  keys.generation = static_cast<std::uint32_t>(Get(data, 0, 4));
  for (std::size_t at = kHeader; at < end; at += kKey) keys.keys.push_back(Get(data, at, kKey));
  return keys;
}

Result<ReservationCapabilities> ParseCapabilities(const Bytes& data) {
  constexpr std::size_t kLength = 8;
  if (data.size() < kLength || Get(data, 0, 2) < kLength) {
    return Truncated("REPORT CAPABILITIES", data, "capabilities are 8 bytes");
  }
  ReservationCapabilities capabilities;
  capabilities.compatible_reservation_handling = (data[2] & 0x10U) != 0;
  capabilities.specify_initiator_ports = (data[2] & 0x08U) != 0;
  capabilities.all_target_ports = (data[2] & 0x04U) != 0;
  capabilities.persist_through_power_loss = (data[2] & 0x01U) != 0;
  capabilities.persistence_activated = (data[3] & 0x01U) != 0;
  if ((data[3] & 0x80U) == 0) return capabilities;
  // The type mask is not big-endian: bits 1 to 7 of the first byte are types 1 to 7, bit 0 of the
  // second is type 8.
  const unsigned mask = data[4] | data[5] << 8U;
  std::vector<ReservationType>& types = capabilities.types.emplace();
  for (const ReservationType type : kAllReservationTypes) {
    if ((mask >> Byte(type) & 1U) != 0) types.push_back(type);
  }
  return capabilities;
}

}  // namespace dualpath::scsi
