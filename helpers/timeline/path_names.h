#pragma once

#include <map>
#include <optional>
#include <string>

#include "helpers/base/device_number.h"
#include "helpers/multipath/log_line.h"
#include "helpers/multipath/topology.h"

namespace dualpath::timeline {

/// The number that the kernel gives a SCSI disk of that name: "sdb" is 8:16, "sdq" 65:0
/// (Documentation/admin-guide/devices.txt). None beyond the 256 fixed ones, or for another name.
std::optional<DeviceNumber> NumberOfDisk(const std::string& device);

/// Whether it is one of those: a map's own requests end in errors too.
bool IsScsiDisk(const DeviceNumber& number);

/// Ties the names together under which logs know a path: "sdb", "8:16" and H:C:T:L. What is learned
/// later wins, since the kernel reuses sdX.
class PathNames {
 public:
  void AddTopology(const multipath::Topology& topology);

  /// What one line of the kernel or of multipathd gives away: "sd 3:0:1:0: [sdb] Attached SCSI
  /// disk", "sdb [8:16]: path removed from map mpathc".
  void AddLogLine(const std::string& message);

  /// H:C:T:L, else the device's name, else its number.
  std::string PathOf(const multipath::PathName& name) const;

  /// "sdb", or empty.
  std::string DeviceOf(const multipath::PathName& name) const;

  /// The alias of "253:0", else "dm-0", which the minor number gives.
  std::string MapOf(const DeviceNumber& number) const;

 private:
  std::map<std::string, std::string> hctl_of_device_;
  std::map<DeviceNumber, std::string> device_of_number_;
  std::map<unsigned, std::string> alias_of_minor_;
};

/// A path that a line is about, in the forms in which kernel and multipathd begin a line: "sdb: ",
/// "sdb [8:16]: ", "mpatha: sdb - ", "sd 3:0:1:0: [sdb] ", "8:16: ".
struct PathMention {
  multipath::PathName name;
  std::string hctl;  ///< where the line has it
};
std::optional<PathMention> MentionedPath(const std::string& message);

}  // namespace dualpath::timeline
