#include "helpers/matchers/table_matchers.h"

#include <optional>

#include "helpers/matchers/described.h"

namespace dualpath {
namespace {

using dm::MultipathTable;

std::string OrNone(const std::string& numbers) { return numbers.empty() ? "none" : numbers; }

}  // namespace

std::string Numbers(const PathIdGroups& groups) {
  std::string text;
  for (const auto& group : groups) {
    if (&group != &groups.front()) text += " |";
    for (const PathId& path : group) text += (text.empty() ? "" : " ") + path.number.ToString();
  }
  return text;
}

std::string Numbers(const MultipathTable& table) {
  PathIdGroups groups;
  for (const dm::PathGroup& group : table.groups) {
    auto& paths = groups.emplace_back();
    for (const dm::TablePath& path : group.paths) paths.push_back({"", path.device, ""});
  }
  return Numbers(groups);
}

::testing::Matcher<const MultipathTable&> HasGroups(const PathIdGroups& groups) {
  const std::string expected = Numbers(groups);
  return Described<MultipathTable>(
      "has the path groups " + OrNone(expected),
      "does not have the path groups " + OrNone(expected),
      [expected](const MultipathTable& table) -> std::optional<std::string> {
        const std::string actual = Numbers(table);
        if (actual == expected) return std::nullopt;
        return "whose path groups are " + OrNone(actual);
      });
}

::testing::Matcher<const MultipathTable&> HasSelector(const std::string& name) {
  return Described<MultipathTable>(
      "has the path selector " + name, "does not have the path selector " + name,
      [name](const MultipathTable& table) -> std::optional<std::string> {
        if (table.groups.empty()) return "which has no path group";
        for (const dm::PathGroup& group : table.groups) {
          if (group.selector != name) return "which has the path selector " + group.selector;
        }
        return std::nullopt;
      });
}

::testing::Matcher<const MultipathTable&> QueuesIfNoPath() {
  return Described<MultipathTable>("has queue_if_no_path", "does not have queue_if_no_path",
                                   [](const MultipathTable& table) -> std::optional<std::string> {
                                     if (table.QueuesIfNoPath()) return std::nullopt;
                                     return "which does not have queue_if_no_path";
                                   });
}

}  // namespace dualpath
