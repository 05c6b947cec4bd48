#include "helpers/matchers/table_matchers.h"

#include "helpers/matchers/view.h"

namespace dualpath {

std::string Numbers(const PathIdGroups& groups) {
  std::string text;
  for (const auto& group : groups) {
    if (&group != &groups.front()) text += " |";
    for (const PathId& path : group) text += (text.empty() ? "" : " ") + path.number.ToString();
  }
  return text;
}

std::string Numbers(const dm::MultipathTable& table) {
  PathIdGroups groups;
  for (const dm::PathGroup& group : table.groups) {
    auto& paths = groups.emplace_back();
    for (const dm::TablePath& path : group.paths) paths.push_back({"", path.device, ""});
  }
  return Numbers(groups);
}

::testing::Matcher<const dm::MultipathTable&> HasGroups(const PathIdGroups& groups) {
  return Viewed<dm::MultipathTable, std::string>(
      "paths by group", [](const dm::MultipathTable& table) { return Numbers(table); },
      Numbers(groups));
}

::testing::Matcher<const dm::MultipathTable&> QueuesIfNoPath() {
  return Viewed<dm::MultipathTable, bool>(
      "queue_if_no_path", [](const dm::MultipathTable& table) { return table.QueuesIfNoPath(); },
      true);
}

}  // namespace dualpath
