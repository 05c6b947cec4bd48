#include "ci/fuzzing/targets.h"
#include "helpers/dm/multipath_status.h"
#include "helpers/dm/multipath_table.h"
#include "helpers/lio/backstore.h"

namespace dualpath::fuzzing {
namespace {

void AppendCounted(std::string& line, const std::vector<std::string>& words) {
  line += " " + std::to_string(words.size());
  for (const std::string& word : words) line += " " + word;
}

/// The kernel's line with this content.
std::string Print(const dm::MultipathStatus& status) {
  std::string line = "0 8 multipath " + std::to_string(2 + status.further_info.size()) + " " +
                     std::to_string(status.queued) + " " + std::to_string(status.group_inits);
  for (const std::string& word : status.further_info) line += " " + word;
  AppendCounted(line, status.hardware_handler);
  line += " " + std::to_string(status.groups.size()) + " " + std::to_string(status.next_group);
  for (const dm::StatusGroup& group : status.groups) {
    line += group.state == dm::GroupState::kActive     ? " A"
            : group.state == dm::GroupState::kDisabled ? " D"
                                                       : " E";
    AppendCounted(line, group.selector_args);
    line += " " + std::to_string(group.paths.size()) + " " +
            std::to_string(group.paths.empty() ? 0 : group.paths[0].args.size());
    for (const dm::StatusPath& path : group.paths) {
      line += " " + path.device.ToString() + (path.active ? " A " : " F ") +
              std::to_string(path.fail_count);
      for (const std::string& word : path.args) line += " " + word;
    }
  }
  return line;
}

}  // namespace

Status FuzzDm(const std::string& input) {
  std::string line = input;
  switch (TakeChoice(line, 3)) {
    case 0: {
      const auto table = dm::ParseMultipathTable(line);
      if (!table.ok()) return Ok{};
      const auto again = dm::ParseMultipathTable(table->ToString());
      DUALPATH_TRY_STATUS(
          Promise(again.ok() && *again == *table, "a printed table parses", table->ToString()));
      const auto parts =
          dm::ParseMultipathTable(table->start_sector, table->length_sectors, table->Params());
      return Promise(parts.ok() && *parts == *table, "its parameters parse", table->Params());
    }
    case 1: {
      const auto status = dm::ParseMultipathStatus(line);
      if (!status.ok()) return Ok{};
      const auto again = dm::ParseMultipathStatus(Print(*status));
      return Promise(again.ok() && *again == *status, "a printed status parses", Print(*status));
    }
    default: {
      const auto info = lio::FileioInfo::Parse(line);
      return Promise(!info.ok() || line.find(info->file) != std::string::npos,
                     "the backstore's file is in its info", line);
    }
  }
}

}  // namespace dualpath::fuzzing
