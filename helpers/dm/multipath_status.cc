#include "helpers/dm/multipath_status.h"

#include <tuple>
#include <utility>

#include "helpers/dm/token_reader.h"

namespace dualpath::dm {
namespace {

Result<StatusPath> ReadPath(TokenReader& reader, unsigned args) {
  StatusPath path;
  DUALPATH_TRY(path.device, reader.Device("a path's device number"));
  DUALPATH_TRY(const std::string state, reader.Word("a path's state, A or F"));
  if (state != "A" && state != "F") return reader.Fault("a path's state, A or F");
  path.active = state == "A";
  DUALPATH_TRY(path.fail_count, reader.Number("a path's fail count"));
  DUALPATH_TRY(path.args, reader.Words(args, "path argument"));
  return path;
}

Result<GroupState> ReadGroupState(TokenReader& reader) {
  const std::string expected = "a path group's state, A, D or E";
  DUALPATH_TRY(const std::string state, reader.Word(expected));
  if (state == "A") return GroupState::kActive;
  if (state == "D") return GroupState::kDisabled;
  if (state == "E") return GroupState::kEnabled;
  return reader.Fault(expected);
}

Result<StatusGroup> ReadStatusGroup(TokenReader& reader) {
  StatusGroup group;
  DUALPATH_TRY(group.state, ReadGroupState(reader));
  DUALPATH_TRY(group.selector_args, reader.CountedWords("selector argument"));
  DUALPATH_TRY(const unsigned paths, reader.Number("the number of paths"));
  DUALPATH_TRY(const unsigned args, reader.Number("the number of arguments per path"));
  for (unsigned i = 0; i < paths; ++i) {
    DUALPATH_TRY(StatusPath path, ReadPath(reader, args));
    group.paths.push_back(std::move(path));
  }
  return group;
}

}  // namespace

bool operator==(const StatusPath& a, const StatusPath& b) {
  return std::tie(a.device, a.active, a.fail_count, a.args) ==
         std::tie(b.device, b.active, b.fail_count, b.args);
}

bool operator==(const StatusGroup& a, const StatusGroup& b) {
  return std::tie(a.state, a.selector_args, a.paths) == std::tie(b.state, b.selector_args, b.paths);
}

bool operator==(const MultipathStatus& a, const MultipathStatus& b) {
  return std::tie(a.queued, a.group_inits, a.further_info, a.hardware_handler, a.next_group,
                  a.groups) == std::tie(b.queued, b.group_inits, b.further_info, b.hardware_handler,
                                        b.next_group, b.groups);
}

Result<MultipathStatus> ParseMultipathStatus(const std::string& line) {
  TokenReader reader("parse multipath status", line);
  if (reader.Peek(2) == "multipath") {
    DUALPATH_TRY_STATUS(reader.Sectors("the start sector"));
    DUALPATH_TRY_STATUS(reader.Sectors("the length in sectors"));
    DUALPATH_TRY_STATUS(reader.Word("the target type"));
  }
  MultipathStatus status;
  DUALPATH_TRY(const unsigned infos, reader.Number("the number of queue counters"));
  if (infos < 2) return reader.Fault("at least 2 queue counters");
  DUALPATH_TRY(status.queued, reader.Number("the queue counter"));
  DUALPATH_TRY(status.group_inits, reader.Number("the path group initialisation counter"));
  DUALPATH_TRY(status.further_info, reader.Words(infos - 2, "further counter"));
  DUALPATH_TRY(status.hardware_handler, reader.CountedWords("hardware handler argument"));
  DUALPATH_TRY(const unsigned groups, reader.Number("the number of path groups"));
  DUALPATH_TRY(status.next_group, reader.Number("the number of the next path group"));
  for (unsigned i = 0; i < groups; ++i) {
    DUALPATH_TRY(StatusGroup group, ReadStatusGroup(reader));
    status.groups.push_back(std::move(group));
  }
  DUALPATH_TRY_STATUS(reader.End());
  return status;
}

}  // namespace dualpath::dm
