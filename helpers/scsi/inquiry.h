#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"

namespace dualpath::scsi {

/// Product identification from the standard INQUIRY data (SPC-4, 6.6.2), without padding.
struct Inquiry {
  unsigned peripheral_type = 0;  ///< 0: a disk
  std::string vendor;            ///< "LIO-ORG"
  std::string product;           ///< "storage"
  std::string revision;          ///< "4.0"
};

/// Parses standard INQUIRY data. Fails if the data ends before the revision.
Result<Inquiry> ParseStandardInquiry(const std::vector<std::uint8_t>& data);

/// Returns the logical unit's NAA designator from VPD page 0x83 (SPC-4, 7.8.6) in lower-case hex,
/// without the "3" that udev and multipath prepend. Designators of ports are ignored; of several
/// NAA types the longest is used, as scsi_id does.
Result<std::string> ParseNaaDesignator(const std::vector<std::uint8_t>& page);

/// Returns the WWID that multipath derives from this NAA designator: "3" + designator.
std::string WwidFromNaa(const std::string& designator);

/// Reads and parses the data of a device ("/dev/sdb", or /dev/sda in a guest) with SG_IO. The time
/// left until the deadline becomes the command's timeout. The error includes sense data and host
/// byte.
Result<Inquiry> ReadStandardInquiry(const std::string& device, Deadline deadline);
Result<std::string> ReadNaaDesignator(const std::string& device, Deadline deadline);

}  // namespace dualpath::scsi
