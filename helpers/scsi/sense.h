#pragma once

#include <cstddef>
#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "helpers/base/result.h"

namespace dualpath::scsi {

/// Sense keys of SPC-4, table 43. Values outside this list are legal and print as numbers.
enum class SenseKey : std::uint8_t {
  kNoSense = 0x0,
  kRecoveredError = 0x1,
  kNotReady = 0x2,
  kMediumError = 0x3,
  kHardwareError = 0x4,
  kIllegalRequest = 0x5,
  kUnitAttention = 0x6,
  kDataProtect = 0x7,
  kBlankCheck = 0x8,
  kVendorSpecific = 0x9,
  kCopyAborted = 0xa,
  kAbortedCommand = 0xb,
  kVolumeOverflow = 0xd,
  kMiscompare = 0xe,
  kCompleted = 0xf,
};

/// Returns "UNIT ATTENTION", or "sense key 0xc" for a key without a name.
std::string ToString(SenseKey key);

/// Sense data in either format (SPC-4, 4.5.2 and 4.5.3).
struct Sense {
  SenseKey key = SenseKey::kNoSense;
  std::uint8_t asc = 0;   ///< additional sense code
  std::uint8_t ascq = 0;  ///< additional sense code qualifier
  bool deferred = false;  ///< for an earlier command than the one that failed

  /// Parses the fixed (0x70, 0x71) or descriptor (0x72, 0x73) format. Missing bytes after the sense
  /// key count as zero, as the standard specifies for ADDITIONAL SENSE LENGTH.
  static Result<Sense> Parse(const std::uint8_t* data, std::size_t size);
  static Result<Sense> Parse(const std::vector<std::uint8_t>& data) {
    return Parse(data.data(), data.size());
  }

  /// "UNIT ATTENTION, asc 0x29, ascq 0x07".
  std::string ToString() const;
};

inline bool operator==(const Sense& a, const Sense& b) {
  return a.key == b.key && a.asc == b.asc && a.ascq == b.ascq && a.deferred == b.deferred;
}
inline std::ostream& operator<<(std::ostream& out, const Sense& sense) {
  return out << sense.ToString();
}

}  // namespace dualpath::scsi
