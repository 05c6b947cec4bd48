#pragma once

#include <cstddef>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "helpers/base/device_number.h"

/// Maps as multipath and multipathd print them. States are strings, since versions may add new
/// ones.
namespace dualpath::multipath {

struct Path {
  std::string hctl;                           ///< "3:0:1:0"; "#:#:#:#" when unknown
  std::string device;                         ///< "sdb"; "-" when unknown
  std::optional<DeviceNumber> device_number;  ///< none for the placeholders "#:#" and "##:##"
  std::string dm_state;       ///< state in the kernel: "active", "failed" or "undef"
  std::string checker_state;  ///< "ready", "faulty", "ghost", "shaky", "i/o pending", "delayed"...
  std::string device_state;   ///< sysfs state: "running", "offline" or "unknown"; none up to 0.4.8
};

struct PathGroup {
  std::string policy;  ///< the path selector: "service-time 0"
  int priority = 0;
  std::string status;  ///< "active", "enabled", "disabled" or "undef"
  std::vector<Path> paths;
};

struct Map {
  std::string action;   ///< action of multipath: "create", "reload"...; empty: none
  std::string alias;    ///< "mpatha"
  std::string wwid;     ///< equal to the alias if no other name was printed
  std::string dm_name;  ///< "dm-0"; "undef": no device; "[nvme]:nvme0n1": native NVMe; or none
  std::string vendor;   ///< "LIO-ORG", without padding; "##" for a map without paths
  std::string product;
  std::string size;              ///< rounded: "1.0G"
  std::string features;          ///< "1 queue_if_no_path"
  std::string hwhandler;         ///< "1 alua"; "0": none
  std::string write_protection;  ///< "rw", "ro" or "undef"
  std::vector<PathGroup> groups;
};

/// A line of the input that could not be parsed completely.
struct Unparsed {
  std::size_t line_number = 0;  ///< counted from 1
  std::string text;
};

struct Topology {
  std::vector<Map> maps;
  std::vector<Unparsed> not_understood;

  /// Returns the map, or null.
  const Map* Find(const std::string& alias_or_wwid) const;
};

bool operator==(const Path& a, const Path& b);
bool operator==(const PathGroup& a, const PathGroup& b);
bool operator==(const Map& a, const Map& b);
bool operator==(const Unparsed& a, const Unparsed& b);
bool operator==(const Topology& a, const Topology& b);

// For failure messages: "[active: 4:0:1:0 active ready running]" for a group; alias, WWID, dm name,
// features and groups for a map.
std::ostream& operator<<(std::ostream& out, const PathGroup& group);
std::ostream& operator<<(std::ostream& out, const Map& map);

}  // namespace dualpath::multipath
