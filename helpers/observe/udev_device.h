#pragma once

#include <map>
#include <ostream>
#include <set>
#include <string>

#include "helpers/base/result.h"

namespace dualpath::observe {

/// What udev's database says of a block device (udev(7)). It changes once udevd has processed a
/// uevent, some time after the kernel sent it.
struct UdevDevice {
  std::map<std::string, std::string> properties;  ///< "DM_MULTIPATH_DEVICE_PATH": "1"
  std::set<std::string> links;                    ///< "/dev/disk/by-id/dm-name-mpatha"
};

/// Reads the database through libudev; `device` is the name of the device file or a link to it.
Result<UdevDevice> ReadUdevDevice(const std::string& device);

inline std::ostream& operator<<(std::ostream& out, const UdevDevice& device) {
  for (const auto& [name, value] : device.properties) out << name << "=" << value << " ";
  for (const std::string& link : device.links) out << link << " ";
  return out;
}

}  // namespace dualpath::observe
