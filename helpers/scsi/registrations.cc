#include "helpers/scsi/registrations.h"

#include <algorithm>
#include <cstddef>
#include <tuple>

#include "helpers/scsi/bytes.h"

namespace dualpath::scsi {
namespace {

constexpr std::size_t kHeader = 8;
constexpr std::size_t kDescriptorHeader = 24;
constexpr char kOperation[] = "parse PERSISTENT RESERVE IN, READ FULL STATUS";

Error Truncated(const Bytes& data, const std::string& reason) {
  return Error::Because(kOperation, std::to_string(data.size()) + " bytes", reason);
}

/// Returns `Registration::initiator` of a TransportID (SPC-4, 7.6.4).
std::string InitiatorIn(const Bytes& transport_id) {
  constexpr unsigned kIscsi = 5;
  constexpr unsigned kSas = 6;
  constexpr std::size_t kName = 4;
  if (transport_id.size() > kName && (transport_id[0] & 0x0fU) == kIscsi) {
    // "iqn...,i,0x00023d000000", padded with zeros.
    const std::string name(transport_id.begin() + kName, transport_id.end());
    return name.substr(0, std::min(name.find(",i,0x"), name.find('\0')));
  }
  constexpr std::size_t kSasAddress = 4;
  constexpr std::size_t kSasAddressBytes = 8;
  constexpr std::size_t kDigitsFrom = 2;  // after "0x"
  if (transport_id.size() < kSasAddress + kSasAddressBytes || (transport_id[0] & 0x0fU) != kSas) {
    return HexDump(transport_id);
  }
  return "naa." + Hex(Get(transport_id, kSasAddress, kSasAddressBytes), 2 * kSasAddressBytes)
                      .substr(kDigitsFrom);
}

}  // namespace

Command ReadFullStatus(std::uint16_t allocation_length) {
  constexpr std::uint8_t kPersistentReserveIn = 0x5e;
  constexpr std::uint8_t kReadFullStatus = 3;
  Bytes cdb(10);
  cdb[0] = kPersistentReserveIn;
  cdb[1] = kReadFullStatus;
  Put(cdb, 7, 2, allocation_length);
  return {"PERSISTENT RESERVE IN, READ FULL STATUS", cdb, Direction::kIn, allocation_length};
}

bool operator==(const Registration& a, const Registration& b) {
  return std::tie(a.initiator, a.key, a.holds) == std::tie(b.initiator, b.key, b.holds);
}

std::ostream& operator<<(std::ostream& out, const Registration& registration) {
  out << registration.initiator << ": key " << Hex(registration.key);
  if (registration.holds) out << ", holds " << ToString(*registration.holds);
  return out;
}

Result<Registrations> ParseFullStatus(const Bytes& data) {
  DUALPATH_TRY(const std::size_t end, EndOfData(data, kHeader, 4, kOperation));
  Registrations registrations;
  registrations.generation = static_cast<std::uint32_t>(Get(data, 0, 4));
  for (std::size_t at = kHeader; at < end;) {
    const std::size_t additional = at + kDescriptorHeader <= end ? Get(data, at + 20, 4) : end;
    const std::size_t next = at + kDescriptorHeader + additional;
    if (next > end) {
      return Truncated(data, "the descriptor at byte " + std::to_string(at) + " is truncated");
    }
    Registration registration;
    registration.key = Get(data, at, 8);
    if ((data[at + 12] & 0x01U) != 0) {
      registration.holds = static_cast<ReservationType>(data[at + 13] & 0x0fU);
    }
    const auto begin = data.begin() + static_cast<std::ptrdiff_t>(at + kDescriptorHeader);
    registration.initiator =
        InitiatorIn(Bytes(begin, begin + static_cast<std::ptrdiff_t>(additional)));
    registrations.nexuses.push_back(std::move(registration));
    at = next;
  }
  return registrations;
}

}  // namespace dualpath::scsi
