#include "helpers/dm/multipath_table.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "helpers/dm/token_reader.h"

namespace dualpath::dm {
namespace {

constexpr char kOperation[] = "parse multipath table";

Result<PathGroup> ReadTableGroup(TokenReader& reader) {
  PathGroup group;
  DUALPATH_TRY(group.selector, reader.Word("the path selector's name"));
  DUALPATH_TRY(group.selector_args, reader.CountedWords("selector argument"));
  DUALPATH_TRY(const unsigned paths, reader.Number("the number of paths"));
  if (paths == 0) return reader.Fault("at least one path in a group");
  DUALPATH_TRY(const unsigned args, reader.Number("the number of arguments per path"));
  for (unsigned i = 0; i < paths; ++i) {
    TablePath path;
    DUALPATH_TRY(path.device, reader.Device("a path's device number"));
    DUALPATH_TRY(path.args, reader.Words(args, "path argument"));
    group.paths.push_back(std::move(path));
  }
  return group;
}

Result<MultipathTable> ReadParams(TokenReader& reader) {
  MultipathTable table;
  DUALPATH_TRY(table.features, reader.CountedWords("feature"));
  DUALPATH_TRY(table.hardware_handler, reader.CountedWords("hardware handler argument"));
  DUALPATH_TRY(const unsigned groups, reader.Number("the number of path groups"));
  DUALPATH_TRY(table.next_group, reader.Number("the number of the next path group"));
  // Without groups, older kernels print 1 and later ones 0.
  const unsigned first = groups == 0 ? 0 : 1;
  const unsigned last = groups == 0 ? 1 : groups;
  if (table.next_group < first || table.next_group > last) {
    return reader.Fault("a path group from " + std::to_string(first) + " to " +
                        std::to_string(last));
  }
  for (unsigned i = 0; i < groups; ++i) {
    DUALPATH_TRY(PathGroup group, ReadTableGroup(reader));
    table.groups.push_back(std::move(group));
  }
  DUALPATH_TRY_STATUS(reader.End());
  return table;
}

std::string Counted(const std::vector<std::string>& words) {
  std::string text = std::to_string(words.size());
  for (const std::string& word : words) text += " " + word;
  return text;
}

std::string ToText(const PathGroup& group) {
  const std::size_t args = group.paths.empty() ? 0 : group.paths.front().args.size();
  std::string text = group.selector + " " + Counted(group.selector_args) + " " +
                     std::to_string(group.paths.size()) + " " + std::to_string(args);
  for (const TablePath& path : group.paths) {
    text += " " + path.device.ToString();
    for (const std::string& arg : path.args) text += " " + arg;
  }
  return text;
}

}  // namespace

bool MultipathTable::QueuesIfNoPath() const {
  return std::find(features.begin(), features.end(), "queue_if_no_path") != features.end();
}

std::string MultipathTable::Params() const {
  std::string text = Counted(features) + " " + Counted(hardware_handler) + " " +
                     std::to_string(groups.size()) + " " + std::to_string(next_group);
  for (const PathGroup& group : groups) text += " " + ToText(group);
  return text;
}

std::string MultipathTable::ToString() const {
  return std::to_string(start_sector) + " " + std::to_string(length_sectors) + " multipath " +
         Params();
}

bool operator==(const TablePath& a, const TablePath& b) {
  return a.device == b.device && a.args == b.args;
}

bool operator==(const PathGroup& a, const PathGroup& b) {
  return std::tie(a.selector, a.selector_args, a.paths) ==
         std::tie(b.selector, b.selector_args, b.paths);
}

bool operator==(const MultipathTable& a, const MultipathTable& b) {
  return std::tie(a.start_sector, a.length_sectors, a.features, a.hardware_handler, a.next_group,
                  a.groups) == std::tie(b.start_sector, b.length_sectors, b.features,
                                        b.hardware_handler, b.next_group, b.groups);
}

Result<MultipathTable> ParseMultipathTable(const std::string& line) {
  TokenReader reader(kOperation, line);
  DUALPATH_TRY(const std::uint64_t start, reader.Sectors("the start sector"));
  DUALPATH_TRY(const std::uint64_t length, reader.Sectors("the length in sectors"));
  DUALPATH_TRY(const std::string target, reader.Word("the target type 'multipath'"));
  if (target != "multipath") return reader.Fault("the target type 'multipath'");
  DUALPATH_TRY(MultipathTable table, ReadParams(reader));
  table.start_sector = start;
  table.length_sectors = length;
  return table;
}

Result<MultipathTable> ParseMultipathTable(std::uint64_t start_sector, std::uint64_t length_sectors,
                                           const std::string& params) {
  TokenReader reader(kOperation, params);
  DUALPATH_TRY(MultipathTable table, ReadParams(reader));
  table.start_sector = start_sector;
  table.length_sectors = length_sectors;
  return table;
}

}  // namespace dualpath::dm
