#pragma once

#include <string>
#include <vector>

#include "helpers/base/result.h"

namespace dualpath::dm {

/// A dm-multipath map of this machine, whoever created it.
struct MultipathMap {
  std::string name;  ///< "mpatha"
  std::string wwid;  ///< from its uuid, "mpath-" and the WWID, which libmultipath sets
};

/// Returns all dm-multipath maps, from the attributes dm/name and dm/uuid of block devices: without
/// root, and without disturbing the maps. `sysfs`: the mount point.
Result<std::vector<MultipathMap>> MultipathMaps(const std::string& sysfs = "/sys");

/// Returns the names of the maps with this WWID; normally one or none. A name does not identify a
/// map, since "mpatha" may be another one than when the name was recorded.
Result<std::vector<std::string>> NamesOfMaps(const std::string& wwid,
                                             const std::string& sysfs = "/sys");

}  // namespace dualpath::dm
