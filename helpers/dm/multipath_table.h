#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "helpers/base/device_number.h"
#include "helpers/base/result.h"

namespace dualpath::dm {

/// A path as the table lists it. `args` belong to the path selector (service-time: the number of
/// I/Os in a row); every path of a group has the same number of them.
struct TablePath {
  DeviceNumber device;
  std::vector<std::string> args;
};

/// A path group: a path selector and its paths, at least one.
struct PathGroup {
  std::string selector;  ///< "service-time"
  std::vector<std::string> selector_args;
  std::vector<TablePath> paths;
};

/// One multipath target of a device-mapper table, as the kernel prints and takes it
/// (drivers/md/dm-mpath.c, STATUSTYPE_TABLE):
///   START LENGTH multipath #features ... #handler_args ... #groups next_group
///   {selector #selector_args ... #paths #path_args {M:N path_arg...}...}...
struct MultipathTable {
  std::uint64_t start_sector = 0;    ///< of 512 bytes
  std::uint64_t length_sectors = 0;  ///< of 512 bytes
  std::vector<std::string> features;
  std::vector<std::string> hardware_handler;  ///< "alua" and its arguments; empty: none
  unsigned next_group = 0;  ///< 1 is the first of `groups`; meaningless without any
  std::vector<PathGroup> groups;

  /// Whether the kernel holds I/O while no path is left, instead of failing it.
  bool QueuesIfNoPath() const;

  /// What follows "multipath " in `ToString()`: the parameters as libdevmapper takes them.
  std::string Params() const;
  std::string ToString() const;
};

bool operator==(const TablePath& a, const TablePath& b);
bool operator==(const PathGroup& a, const PathGroup& b);
bool operator==(const MultipathTable& a, const MultipathTable& b);

inline std::ostream& operator<<(std::ostream& out, const MultipathTable& table) {
  return out << table.ToString();
}

/// A whole line: "0 2097152 multipath 1 queue_if_no_path 0 1 1 service-time 0 1 1 8:32 1".
/// An error names the position of the token at fault.
Result<MultipathTable> ParseMultipathTable(const std::string& line);

/// The same in the three pieces in which libdevmapper hands a target out. Token positions in an
/// error count from the first parameter.
Result<MultipathTable> ParseMultipathTable(std::uint64_t start_sector, std::uint64_t length_sectors,
                                           const std::string& params);

}  // namespace dualpath::dm
