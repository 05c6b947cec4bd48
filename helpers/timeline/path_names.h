#pragma once

#include <map>
#include <optional>
#include <string>

#include "helpers/base/device_number.h"
#include "helpers/multipath/log_line.h"
#include "helpers/multipath/topology.h"

namespace dualpath::timeline {

/// Returns the device number of a SCSI disk by its name: "sdb" is 8:16, "sdq" 65:0
/// (Documentation/admin-guide/devices.txt). None beyond the 256 fixed ones, or for another name.
std::optional<DeviceNumber> NumberOfDisk(const std::string& device);

/// Returns whether a device number belongs to a SCSI disk, not to a map: requests to a map fail as
/// well.
bool IsScsiDisk(const DeviceNumber& number);

/// Maps the names of a path in logs to each other: "sdb", "8:16" and H:C:T:L. A later name replaces
/// an earlier one, since the kernel reuses sdX.
class PathNames {
 public:
  void AddTopology(const multipath::Topology& topology);

  /// Adds the names in a line of the kernel or of multipathd: "sd 3:0:1:0: [sdb] Attached SCSI
  /// disk", "sdb [8:16]: path removed from map mpathc".
  void AddLogLine(const std::string& message);

  /// Returns H:C:T:L; if unknown, the name of the device, or its number.
  std::string PathOf(const multipath::PathName& name) const;

  /// Returns the name of the device ("sdb"), or an empty string.
  std::string DeviceOf(const multipath::PathName& name) const;

  /// Returns the alias of the map; if unknown, "dm-N" by its minor number.
  std::string MapOf(const DeviceNumber& number) const;

 private:
  std::map<std::string, std::string> hctl_of_device_;
  std::map<DeviceNumber, std::string> device_of_number_;
  std::map<unsigned, std::string> alias_of_minor_;
};

/// A path named at the beginning of a line of the kernel or of multipathd: "sdb: ",
/// "sdb [8:16]: ", "mpatha: sdb - ", "sd 3:0:1:0: [sdb] ", "8:16: ".
struct PathMention {
  multipath::PathName name;
  std::string hctl;  ///< if the line contains it
};
std::optional<PathMention> MentionedPath(const std::string& message);

}  // namespace dualpath::timeline
