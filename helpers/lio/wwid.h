#pragma once

#include <string>

#include "helpers/base/result.h"

namespace dualpath::lio {

/// The WWID that multipath and udev give to a LIO disk with this unit serial: "36001405", then the
/// first 25 hexadecimal digits of the serial in lower case, then zeros if there are fewer.
/// "3" stands for a designator of type NAA, 6 for IEEE Registered Extended, 001405 for LIO's OUI.
/// Other characters, as the dashes of a UUID, are skipped
/// (drivers/target/target_core_spc.c, spc_parse_naa_6h_vendor_specific).
///
/// A serial without any hexadecimal digit is an error: all such disks would have the same WWID.
Result<std::string> WwidFromSerial(const std::string& serial);

}  // namespace dualpath::lio
