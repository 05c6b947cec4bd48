#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/scsi/command.h"
#include "helpers/scsi/persistent_reservation.h"

/// PERSISTENT RESERVE IN, READ FULL STATUS (SPC-4, 6.15.5): which I_T nexus has which key.
namespace dualpath::scsi {

Command ReadFullStatus(std::uint16_t allocation_length = 4096);

/// One registered I_T nexus.
struct Registration {
  /// The initiator port's SAS address as LIO names a nexus: "naa.5001405f01234bac". For
  /// TransportIDs of other protocols their bytes in hex.
  std::string initiator;
  std::uint64_t key = 0;

  /// The reservation, if this nexus holds it. With an All Registrants type every one does.
  std::optional<ReservationType> holds{};
};

bool operator==(const Registration& a, const Registration& b);

/// "naa.5001405f01234bac: key 0xabc123, holds Write Exclusive, Registrants Only".
std::ostream& operator<<(std::ostream& out, const Registration& registration);

struct Registrations {
  std::uint32_t generation = 0;  ///< PRGENERATION: counts what changes registrations
  std::vector<Registration> nexuses{};
};
Result<Registrations> ParseFullStatus(const Bytes& data);

}  // namespace dualpath::scsi
