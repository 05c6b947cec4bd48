#include "helpers/multipath/topology.h"

#include <algorithm>
#include <tuple>

namespace dualpath::multipath {

const Map* Topology::Find(const std::string& alias_or_wwid) const {
  const auto map = std::find_if(maps.begin(), maps.end(), [&](const Map& candidate) {
    return candidate.alias == alias_or_wwid || candidate.wwid == alias_or_wwid;
  });
  return map == maps.end() ? nullptr : &*map;
}

bool operator==(const Path& a, const Path& b) {
  return std::tie(a.hctl, a.device, a.device_number, a.dm_state, a.checker_state, a.device_state) ==
         std::tie(b.hctl, b.device, b.device_number, b.dm_state, b.checker_state, b.device_state);
}

bool operator==(const PathGroup& a, const PathGroup& b) {
  return std::tie(a.policy, a.priority, a.status, a.paths) ==
         std::tie(b.policy, b.priority, b.status, b.paths);
}

bool operator==(const Map& a, const Map& b) {
  return std::tie(a.action, a.alias, a.wwid, a.dm_name, a.vendor, a.product, a.size, a.features,
                  a.hwhandler, a.write_protection, a.groups) ==
         std::tie(b.action, b.alias, b.wwid, b.dm_name, b.vendor, b.product, b.size, b.features,
                  b.hwhandler, b.write_protection, b.groups);
}

bool operator==(const Unparsed& a, const Unparsed& b) {
  return std::tie(a.line_number, a.text) == std::tie(b.line_number, b.text);
}

bool operator==(const Topology& a, const Topology& b) {
  return std::tie(a.maps, a.not_understood) == std::tie(b.maps, b.not_understood);
}

std::ostream& operator<<(std::ostream& out, const PathGroup& group) {
  out << "[" << group.status << ":";
  for (const Path& path : group.paths) {
    out << " " << path.hctl << " " << path.dm_state << " " << path.checker_state << " "
        << path.device_state;
  }
  return out << "]";
}

std::ostream& operator<<(std::ostream& out, const Map& map) {
  out << map.alias << " (" << map.wwid << ") " << map.dm_name << " features='" << map.features
      << "' ";
  for (const PathGroup& group : map.groups) out << group;
  return out;
}

}  // namespace dualpath::multipath
