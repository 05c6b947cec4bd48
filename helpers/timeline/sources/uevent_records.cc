#include "helpers/timeline/sources/uevent_records.h"

#include <boost/algorithm/string/predicate.hpp>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "helpers/scsi/hctl.h"

namespace dualpath::timeline {
namespace {

/// Returns "sdb" for "/devices/.../3:0:1:0/block/sdb".
std::string LastComponent(const std::string& device_path) {
  return device_path.substr(device_path.rfind('/') + 1);
}

/// Returns the H:C:T:L of the SCSI device that a device is, or belongs to.
std::string HctlIn(const std::string& device_path) {
  std::size_t end = device_path.size();
  while (end != std::string::npos && end > 0) {
    const std::size_t slash = device_path.rfind('/', end - 1);
    if (slash == std::string::npos) return "";
    const auto hctl = scsi::Hctl::Parse(device_path.substr(slash + 1, end - slash - 1));
    if (hctl.ok()) return hctl->ToString();
    end = slash;
  }
  return "";
}

std::optional<DeviceNumber> NumberOf(const observe::Uevent& uevent) {
  const auto number =
      DeviceNumber::Parse(uevent.Property("MAJOR") + ":" + uevent.Property("MINOR"));
  if (!number.ok()) return std::nullopt;
  return *number;
}

/// The current disk of a device number, known from its "add" uevent.
struct Disk {
  std::string device;
  std::string path;
};
using Disks = std::map<DeviceNumber, Disk>;

/// Adds what device-mapper itself reports (DM_ACTION).
void DescribePathOfMap(const observe::Uevent& uevent, const PathNames& names, const Disks& disks,
                       Record& record) {
  const std::string action = uevent.Property("DM_ACTION");
  record.severity = action == "PATH_FAILED" ? Severity::kError : Severity::kInfo;
  record.map = uevent.Property("DM_NAME");
  record.text += ": " + action;
  const std::string number = uevent.Property("DM_PATH");
  const auto parsed = DeviceNumber::Parse(number);
  if (parsed.ok()) {
    const auto disk = disks.find(*parsed);
    const multipath::PathName name{"", *parsed};
    record.path = disk == disks.end() ? names.PathOf(name) : disk->second.path;
    record.device = disk == disks.end() ? names.DeviceOf(name) : disk->second.device;
  }
  if (!number.empty()) record.text += " " + number;
  const std::string left = uevent.Property("DM_NR_VALID_PATHS");
  if (!left.empty()) record.text += ", " + left + (left == "1" ? " path left" : " paths left");
}

Record Removed(const Record& uevent) {
  Record state = uevent;
  state.lane = Lane::kMap;
  state.kind = "state";
  state.state = "removed";
  return state;
}

}  // namespace

std::vector<Record> FromUevents(const std::vector<observe::Uevent>& uevents,
                                const PathNames& names) {
  Disks disks;
  std::set<DeviceNumber> removed;  // removed maps: the next dm-0 may be another map
  std::vector<Record> records;
  for (const observe::Uevent& uevent : uevents) {
    const std::string device_path = uevent.Property("DEVPATH");
    const std::string action = uevent.Property("ACTION");
    const std::string name = LastComponent(device_path);
    Record record;
    record.time_us = uevent.monotonic_us;
    record.lane = Lane::kKernel;
    record.kind = "uevent";
    record.text = action + " " + name;
    record.path = HctlIn(device_path);
    if (uevent.Property("SUBSYSTEM") == "block") {
      const auto number = NumberOf(uevent);
      if (boost::starts_with(name, "dm-")) {
        if (number) record.map = removed.count(*number) == 0 ? names.MapOf(*number) : name;
        if (!record.map.empty() && record.map != name) {
          record.text = action + " " + record.map + " (" + name + ")";
        }
        if (!uevent.Property("DM_ACTION").empty()) {
          DescribePathOfMap(uevent, names, disks, record);
        }
      } else if (!record.path.empty()) {
        record.device = name;
        record.text += " of " + record.path;
        if (number && action == "add") disks[*number] = {name, record.path};
        if (action == "remove") record.severity = Severity::kWarning;
      }
    } else {
      const std::string type = uevent.Property("DEVTYPE");
      if (!type.empty() && !boost::contains(name, type)) record.text += " (" + type + ")";
    }
    const bool map_is_removed = action == "remove" && boost::starts_with(name, "dm-");
    const auto number = NumberOf(uevent);
    records.push_back(std::move(record));
    if (map_is_removed && number && removed.insert(*number).second)
      records.push_back(Removed(records.back()));
  }
  return records;
}

}  // namespace dualpath::timeline
