#pragma once

#include <ostream>
#include <string>
#include <tuple>

#include "helpers/base/result.h"

namespace dualpath::scsi {

/// The address of a SCSI device, as lsscsi and `multipath -ll` print it: "3:0:1:0".
/// Unlike sdX it stays the same through delete and rescan.
struct Hctl {
  unsigned host = 0;
  unsigned channel = 0;
  unsigned target = 0;
  unsigned lun = 0;

  /// Parses exactly four decimal numbers. multipath's placeholder "#:#:#:#" is an error.
  static Result<Hctl> Parse(const std::string& text);

  std::string ToString() const;
};

inline bool operator==(const Hctl& a, const Hctl& b) {
  return std::tie(a.host, a.channel, a.target, a.lun) ==
         std::tie(b.host, b.channel, b.target, b.lun);
}
inline bool operator!=(const Hctl& a, const Hctl& b) { return !(a == b); }
inline bool operator<(const Hctl& a, const Hctl& b) {
  return std::tie(a.host, a.channel, a.target, a.lun) <
         std::tie(b.host, b.channel, b.target, b.lun);
}
inline std::ostream& operator<<(std::ostream& out, const Hctl& hctl) {
  return out << hctl.ToString();
}

}  // namespace dualpath::scsi
