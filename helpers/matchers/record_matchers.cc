#include "helpers/matchers/record_matchers.h"

#include <algorithm>
#include <boost/algorithm/string/predicate.hpp>
#include <optional>
#include <utility>

#include "helpers/matchers/described.h"

namespace dualpath {
namespace {

using timeline::Lane;
using timeline::Record;

constexpr std::size_t kRecordsAround = 5;

/// Returns the records around index `at`, one per line.
std::string Excerpt(const std::vector<Record>& records, std::size_t at) {
  const std::size_t first = at > kRecordsAround ? at - kRecordsAround : 0;
  const std::size_t last = std::min(at + kRecordsAround, records.size());
  std::string text;
  if (first > 0) text += "\n  ... " + std::to_string(first) + " records before";
  for (std::size_t i = first; i < last; ++i) text += "\n  " + records[i].ToJsonLine();
  if (last < records.size()) {
    text += "\n  ... " + std::to_string(records.size() - last) + " records after";
  }
  return text;
}

/// Returns the state of a "groups" record: "3:0:1:0 | 4:0:1:0", "none".
std::string State(const PathIdGroups& groups) {
  std::string text;
  for (const std::vector<PathId>& group : groups) {
    if (!text.empty()) text += " |";
    for (const PathId& path : group) text += (text.empty() ? "" : " ") + path.hctl;
  }
  return text.empty() ? "none" : text;
}

}  // namespace

EventPattern InjectsFault(const std::string& verb, const PathId& path) {
  return {"the fault \"" + verb + "\" of " + path.hctl, [=](const Record& record) {
            return record.kind == "fault" && record.path == path.hctl &&
                   boost::starts_with(record.text, verb + " ");
          }};
}

EventPattern DiskUevent(const std::string& action, const PathId& path) {
  return {"the uevent \"" + action + "\" of the disk " + path.hctl, [=](const Record& record) {
            return record.kind == "uevent" && record.path == path.hctl && !record.device.empty() &&
                   boost::starts_with(record.text, action + " ");
          }};
}

EventPattern HasPathGroups(const std::string& map, const PathIdGroups& groups) {
  const std::string state = State(groups);
  return {map + " with the path groups " + state, [=](const Record& record) {
            return record.kind == "groups" && record.map == map && record.state == state;
          }};
}

EventPattern IsInState(const PathId& path, const std::string& state) {
  return {path.hctl + " is " + state, [=](const Record& record) {
            return record.lane == Lane::kPath && record.kind == "state" &&
                   record.path == path.hctl && record.state == state;
          }};
}

EventPattern FirstIoOn(const PathId& path) {
  return {"the first I/O on " + path.hctl, [=](const Record& record) {
            return record.kind == "first-io" && record.path == path.hctl;
          }};
}

::testing::Matcher<const std::vector<Record>&> ShowsInOrder(std::vector<EventPattern> patterns) {
  std::string list;
  for (const EventPattern& pattern : patterns) {
    list += (list.empty() ? "" : ", ") + pattern.description;
  }
  return Described<std::vector<Record>>(
      "shows in order: " + list, "does not show in order: " + list,
      [patterns =
           std::move(patterns)](const std::vector<Record>& records) -> std::optional<std::string> {
        auto from = records.begin();
        const EventPattern* previous = nullptr;
        for (const EventPattern& pattern : patterns) {
          const auto found = std::find_if(from, records.end(), pattern.matches);
          if (found == records.end()) {
            const auto earlier = std::find_if(records.begin(), from, pattern.matches);
            std::string why = "which does not show " + pattern.description;
            if (previous != nullptr) why += " after " + previous->description;
            if (earlier != from) why += ", only before";
            const auto at = earlier != from ? earlier : from;
            return why + Excerpt(records, static_cast<std::size_t>(at - records.begin()));
          }
          from = found + 1;
          previous = &pattern;
        }
        return std::nullopt;
      });
}

}  // namespace dualpath
