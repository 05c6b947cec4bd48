#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"

namespace dualpath::scsi {

/// The standard INQUIRY data that tell one product from another (SPC-4, 6.6.2), trimmed.
struct Inquiry {
  unsigned peripheral_type = 0;  ///< 0: a disk
  std::string vendor;            ///< "LIO-ORG"
  std::string product;           ///< "storage"
  std::string revision;          ///< "4.0"
};

/// Parsers of the raw pages. Each names what it lacks if the bytes end early.
Result<Inquiry> ParseStandardInquiry(const std::vector<std::uint8_t>& data);

/// VPD page 0x83 (SPC-4, 7.8.6): the logical unit's NAA designator in lower-case hex, without the
/// leading "3" that udev and multipath put before it. Designators of ports are passed over; of
/// several NAA types the longest is taken, as scsi_id does.
Result<std::string> ParseNaaDesignator(const std::vector<std::uint8_t>& page);

/// The WWID that multipath gives a unit with this NAA designator: "3" + designator.
std::string WwidFromNaa(const std::string& designator);

/// The same, asked of a device ("/dev/sdb", or a guest's /dev/sda) by SG_IO. The time left to the
/// deadline becomes the command's own timeout. Sense data and host status are in the error.
Result<Inquiry> ReadStandardInquiry(const std::string& device, Deadline deadline);
Result<std::string> ReadNaaDesignator(const std::string& device, Deadline deadline);

}  // namespace dualpath::scsi
