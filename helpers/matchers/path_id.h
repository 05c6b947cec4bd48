#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "helpers/base/device_number.h"

namespace dualpath {

/// The names that a path has in the layers: multipathd's output says H:C:T:L, device-mapper's
/// tables say the device number, the kernel log says sdX.
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
