#include "helpers/scsi/reports.h"

#include <tuple>

namespace dualpath::scsi {

Result<std::vector<std::uint64_t>> ParseLuns(const Bytes& data) {
  constexpr std::size_t kHeader = 8;
  constexpr std::size_t kLun = 8;
  const std::string operation = "parse REPORT LUNS data";
  DUALPATH_TRY(const std::size_t end, EndOfData(data, kHeader, 0, operation));
  if ((end - kHeader) % kLun != 0) {
    return Error::Because(operation, std::to_string(data.size()) + " bytes",
                          "the last logical unit number is truncated");
  }
  std::vector<std::uint64_t> luns;
  for (std::size_t at = kHeader; at < end; at += kLun) luns.push_back(Get(data, at, kLun));
  return luns;
}

std::string ToString(AluaState state) {
  switch (state) {
    case AluaState::kActiveOptimized:
      return "active/optimized";
    case AluaState::kActiveNonOptimized:
      return "active/non-optimized";
    case AluaState::kStandby:
      return "standby";
    case AluaState::kUnavailable:
      return "unavailable";
    case AluaState::kLbaDependent:
      return "LBA dependent";
    case AluaState::kOffline:
      return "offline";
    case AluaState::kTransitioning:
      return "transitioning";
  }
  return "state " + Hex(static_cast<unsigned>(state), 1);
}

bool operator==(const TargetPortGroup& a, const TargetPortGroup& b) {
  return std::tie(a.id, a.state, a.preferred, a.ports) ==
         std::tie(b.id, b.state, b.preferred, b.ports);
}

std::ostream& operator<<(std::ostream& out, const TargetPortGroup& group) {
  out << "group " << group.id << " " << ToString(group.state)
      << (group.preferred ? ", preferred" : "") << ", ports";
  for (const std::uint16_t port : group.ports) out << " " << port;
  return out;
}

Result<std::vector<TargetPortGroup>> ParseTargetPortGroups(const Bytes& data) {
  constexpr std::size_t kHeader = 4;
  constexpr std::size_t kDescriptor = 8;
  constexpr std::size_t kPort = 4;
  const std::string operation = "parse REPORT TARGET PORT GROUPS data";
  DUALPATH_TRY(const std::size_t end, EndOfData(data, kHeader, 0, operation));
  std::vector<TargetPortGroup> groups;
  for (std::size_t at = kHeader; at < end;) {
    const std::size_t ports = at + kDescriptor <= end ? data[at + 7] : end;
    if (at + kDescriptor + ports * kPort > end) {
      return Error::Because(operation, std::to_string(data.size()) + " bytes",
                            "the group at byte " + std::to_string(at) + " is truncated");
    }
    TargetPortGroup& group = groups.emplace_back();
    group.preferred = (data[at] & 0x80U) != 0;
    group.state = static_cast<AluaState>(data[at] & 0x0fU);
    group.id = static_cast<std::uint16_t>(Get(data, at + 2, 2));
    at += kDescriptor;
    for (std::size_t port = 0; port < ports; ++port, at += kPort) {
      group.ports.push_back(static_cast<std::uint16_t>(Get(data, at + 2, 2)));
    }
  }
  return groups;
}

}  // namespace dualpath::scsi
