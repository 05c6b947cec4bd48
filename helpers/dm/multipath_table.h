#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "helpers/base/device_number.h"
#include "helpers/base/result.h"

namespace dualpath::dm {

/// A path in the table. `args` are the path selector's (service-time: the repeat count); every path
/// of a group has the same number of them.
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

/// One multipath target of a device-mapper table, in the format that the kernel prints and accepts
/// (drivers/md/dm-mpath.c, STATUSTYPE_TABLE):
///   START LENGTH multipath #features ... #handler_args ... #groups next_group
///   {selector #selector_args ... #paths #path_args {M:N path_arg...}...}...
struct MultipathTable {
  std::uint64_t start_sector = 0;    ///< in sectors of 512 bytes
  std::uint64_t length_sectors = 0;  ///< in sectors of 512 bytes
  std::vector<std::string> features;
  std::vector<std::string> hardware_handler;  ///< "alua" and its arguments; empty: none
  unsigned next_group = 0;  ///< 1 is the first of `groups`; meaningless if there are none
  std::vector<PathGroup> groups;

  /// Returns whether the kernel queues I/O while no path is usable, instead of failing it.
  bool QueuesIfNoPath() const;

  /// Returns the parameters for libdevmapper: `ToString()` after "multipath ".
  std::string Params() const;
  std::string ToString() const;
};

bool operator==(const TablePath& a, const TablePath& b);
bool operator==(const PathGroup& a, const PathGroup& b);
bool operator==(const MultipathTable& a, const MultipathTable& b);

inline std::ostream& operator<<(std::ostream& out, const MultipathTable& table) {
  return out << table.ToString();
}

/// Parses a whole line: "0 2097152 multipath 1 queue_if_no_path 0 1 1 service-time 0 1 1 8:32 1".
/// An error names the position of the wrong token.
Result<MultipathTable> ParseMultipathTable(const std::string& line);

/// Parses a target as libdevmapper returns it, in three parts. Token positions in an error count
/// from the first parameter.
Result<MultipathTable> ParseMultipathTable(std::uint64_t start_sector, std::uint64_t length_sectors,
                                           const std::string& params);

}  // namespace dualpath::dm
