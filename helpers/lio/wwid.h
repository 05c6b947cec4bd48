#pragma once

#include <string>

#include "helpers/base/result.h"

namespace dualpath::lio {

/// Returns the WWID that multipath and udev derive for a LIO disk with this unit serial:
/// "36001405", then the first 25 hexadecimal digits of the serial in lower case, padded with zeros.
/// "3" is the designator type NAA, 6 IEEE Registered Extended, 001405 LIO's OUI. Other characters,
/// such as the dashes of a UUID, are skipped (drivers/target/target_core_spc.c,
/// spc_parse_naa_6h_vendor_specific).
///
/// A serial without a hexadecimal digit is an error: all such disks would have the same WWID.
Result<std::string> WwidFromSerial(const std::string& serial);

}  // namespace dualpath::lio
