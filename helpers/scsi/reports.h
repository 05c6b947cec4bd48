#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/scsi/bytes.h"

/// Parsers of the data that REPORT LUNS and REPORT TARGET PORT GROUPS return.
namespace dualpath::scsi {

/// Returns each logical unit number, eight bytes, as one number; LUN 0 is 0 (SPC-4, 6.33).
Result<std::vector<std::uint64_t>> ParseLuns(const Bytes& data);

/// Asymmetric access state of a target port group (SPC-4, table 307).
enum class AluaState : std::uint8_t {
  kActiveOptimized = 0x0,
  kActiveNonOptimized = 0x1,
  kStandby = 0x2,
  kUnavailable = 0x3,
  kLbaDependent = 0x4,
  kOffline = 0xe,
  kTransitioning = 0xf,
};

/// Returns "active/optimized", or "state 0x9" for a value without a name.
std::string ToString(AluaState state);

struct TargetPortGroup {
  std::uint16_t id = 0;
  AluaState state = AluaState::kActiveOptimized;
  bool preferred = false;
  std::vector<std::uint16_t> ports{};  ///< relative target port identifiers
};

bool operator==(const TargetPortGroup& a, const TargetPortGroup& b);

/// Prints "group 0 active/optimized, ports 1 2".
std::ostream& operator<<(std::ostream& out, const TargetPortGroup& group);

/// Parses the target port groups, in the device's order (SPC-4, 6.37; without the extended header).
Result<std::vector<TargetPortGroup>> ParseTargetPortGroups(const Bytes& data);

}  // namespace dualpath::scsi
