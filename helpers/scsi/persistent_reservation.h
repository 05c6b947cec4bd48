#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/scsi/command.h"

/// PERSISTENT RESERVE IN (SPC-4, 6.15) and OUT (SPC-4, 6.16): commands, and parsers of the data
/// that IN returns.
namespace dualpath::scsi {

enum class ReservationType : std::uint8_t {
  kWriteExclusive = 1,
  kExclusiveAccess = 3,
  kWriteExclusiveRegistrantsOnly = 5,
  kExclusiveAccessRegistrantsOnly = 6,
  kWriteExclusiveAllRegistrants = 7,
  kExclusiveAccessAllRegistrants = 8,
};
inline constexpr std::array kAllReservationTypes{
    ReservationType::kWriteExclusive,
    ReservationType::kExclusiveAccess,
    ReservationType::kWriteExclusiveRegistrantsOnly,
    ReservationType::kExclusiveAccessRegistrantsOnly,
    ReservationType::kWriteExclusiveAllRegistrants,
    ReservationType::kExclusiveAccessAllRegistrants,
};

/// Returns "Write Exclusive", or "type 0x2" for a value without a name.
std::string ToString(ReservationType type);

Command ReadKeys(std::uint16_t allocation_length = 4096);
Command ReadReservation(std::uint16_t allocation_length = 4096);
Command ReportCapabilities(std::uint16_t allocation_length = 4096);

struct RegisterOptions {
  bool survives_power_loss = false;  ///< APTPL
  bool all_target_ports = false;     ///< ALL_TG_PT
};

/// `key` is the key this I_T nexus is registered with, 0 for none; `new_key` 0 unregisters.
Command Register(std::uint64_t key, std::uint64_t new_key, RegisterOptions options = {});
Command RegisterAndIgnoreExistingKey(std::uint64_t new_key, RegisterOptions options = {});
Command Reserve(std::uint64_t key, ReservationType type);
Command Release(std::uint64_t key, ReservationType type);
Command Clear(std::uint64_t key);

/// Removes the registrations with the key `victim` and takes over their reservation, if any.
Command Preempt(std::uint64_t key, std::uint64_t victim, ReservationType type);
Command PreemptAndAbort(std::uint64_t key, std::uint64_t victim, ReservationType type);

struct RegisteredKeys {
  std::uint32_t generation = 0;
  std::vector<std::uint64_t> keys{};  ///< one for each registered I_T nexus
};
Result<RegisteredKeys> ParseKeys(const Bytes& data);

struct Reservation {
  std::uint64_t key = 0;
  ReservationType type = ReservationType::kWriteExclusive;
};
struct ReservationState {
  std::uint32_t generation = 0;
  std::optional<Reservation> reservation{};
};

struct ReservationCapabilities {
  bool compatible_reservation_handling = false;  ///< CRH
  bool specify_initiator_ports = false;          ///< SIP_C
  bool all_target_ports = false;                 ///< ATP_C
  bool persist_through_power_loss = false;       ///< PTPL_C: supported
  bool persistence_activated = false;            ///< PTPL_A: active

  /// Supported types; empty if the device does not report them (TMV is 0).
  std::optional<std::vector<ReservationType>> types{};
};
Result<ReservationCapabilities> ParseCapabilities(const Bytes& data);

}  // namespace dualpath::scsi
