#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/scsi/command.h"
#include "helpers/scsi/persistent_reservation.h"

/// PERSISTENT RESERVE IN, READ FULL STATUS (SPC-4, 6.15.5): the key of each I_T nexus.
namespace dualpath::scsi {

Command ReadFullStatus(std::uint16_t allocation_length = 4096);

/// One registered I_T nexus.
struct Registration {
  /// The initiator's SAS address as LIO names a nexus, "naa.5001405f01234bac", or its iSCSI name
  /// without the session. A TransportID of another protocol as a hex dump.
  std::string initiator;
  std::uint64_t key = 0;

  /// Type of the reservation, if this nexus holds it. With an All Registrants type every nexus
  /// does.
  std::optional<ReservationType> holds{};
};

bool operator==(const Registration& a, const Registration& b);

/// Prints "naa.5001405f01234bac: key 0xabc123, holds Write Exclusive, Registrants Only".
std::ostream& operator<<(std::ostream& out, const Registration& registration);

struct Registrations {
  std::uint32_t generation = 0;  ///< PRGENERATION: number of changes to registrations
  std::vector<Registration> nexuses{};
};
Result<Registrations> ParseFullStatus(const Bytes& data);

}  // namespace dualpath::scsi
