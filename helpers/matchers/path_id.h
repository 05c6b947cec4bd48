#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "helpers/base/device_number.h"

namespace dualpath {

/// Names of a path in the layers: H:C:T:L in multipathd's output, the device number in
/// device-mapper's tables, sdX in the kernel log. A value: after a rescan the path may have another
/// number and sdX.
struct PathId {
  std::string hctl;
  DeviceNumber number;
  std::string device;
};

inline std::ostream& operator<<(std::ostream& out, const PathId& id) {
  return out << id.hctl << " (" << id.device << " " << id.number.ToString() << ")";
}

/// Path groups in order, each with its paths in order.
using PathIdGroups = std::vector<std::vector<PathId>>;

}  // namespace dualpath
