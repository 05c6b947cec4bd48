#include "helpers/matchers/topology_matchers.h"

#include <optional>
#include <sstream>

#include "helpers/matchers/described.h"

namespace dualpath {
namespace {

// Both sides are rendered to the same text, which is compared and printed.

std::string Render(const std::vector<ExpectedGroup>& groups) {
  std::ostringstream out;
  for (const ExpectedGroup& group : groups) {
    out << "[" << group.status << ":";
    for (const ExpectedPath& path : group.paths) {
      out << " " << path.id.hctl << " " << path.dm_state << " " << path.checker_state << " "
          << path.device_state;
    }
    out << "]";
  }
  return out.str();
}

std::string Render(const multipath::Map& map) {
  std::ostringstream out;
  for (const multipath::PathGroup& group : map.groups) out << group;
  return out.str();
}

}  // namespace

ExpectedPath Faulty(const PathId& id, std::string device_state) {
  ExpectedPath path(id);
  path.dm_state = "failed";
  path.checker_state = "faulty";
  path.device_state = std::move(device_state);
  return path;
}

ExpectedPath HeldBack(const PathId& id) {
  ExpectedPath path(id);
  path.dm_state = "failed";
  path.checker_state = "delayed";
  return path;
}

ExpectedPath Ghost(const PathId& id) {
  ExpectedPath path(id);
  path.checker_state = "ghost";
  return path;
}

::testing::Matcher<const multipath::Map&> PathGroups(const std::vector<ExpectedGroup>& groups) {
  const std::string expected = Render(groups);
  return Described<multipath::Map>(
      expected.empty() ? "no path groups" : "path groups " + expected,
      expected.empty() ? "any path group" : "other path groups than " + expected,
      [expected](const multipath::Map& map) -> std::optional<std::string> {
        const std::string actual = Render(map);
        if (actual == expected) return std::nullopt;
        return actual.empty() ? "which has no path groups" : "whose path groups are " + actual;
      });
}

::testing::Matcher<const multipath::Map&> HasPriorities(const std::vector<int>& priorities) {
  std::string expected;
  for (const int priority : priorities) expected += " " + std::to_string(priority);
  return Described<multipath::Map>(
      "path groups of the priorities" + expected, "path groups of other priorities than" + expected,
      [expected](const multipath::Map& map) -> std::optional<std::string> {
        std::string actual;
        for (const auto& group : map.groups) actual += " " + std::to_string(group.priority);
        if (actual == expected) return std::nullopt;
        return "whose path groups have the priorities" + actual;
      });
}

}  // namespace dualpath
