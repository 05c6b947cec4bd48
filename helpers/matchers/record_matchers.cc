#include "helpers/matchers/record_matchers.h"

#include <algorithm>
#include <boost/algorithm/string/predicate.hpp>
#include <ostream>
#include <utility>

namespace dualpath {
namespace {

using timeline::Lane;
using timeline::Record;

class ShowsInOrderMatcher : public ::testing::MatcherInterface<const std::vector<Record>&> {
 public:
  explicit ShowsInOrderMatcher(std::vector<EventPattern> patterns)
      : patterns_(std::move(patterns)) {}

  bool MatchAndExplain(const std::vector<Record>& events,
                       ::testing::MatchResultListener* listener) const override {
    auto from = events.begin();
    for (const EventPattern& pattern : patterns_) {
      const auto found = std::find_if(from, events.end(), pattern.matches);
      if (found == events.end()) {
        *listener << "which does not show " << pattern.description;
        if (from != events.begin()) *listener << " after " << *(from - 1);
        return false;
      }
      from = found + 1;
    }
    return true;
  }

  void DescribeTo(std::ostream* out) const override { Describe("shows", out); }
  void DescribeNegationTo(std::ostream* out) const override { Describe("does not show", out); }

 private:
  void Describe(const char* verb, std::ostream* out) const {
    *out << verb << " in order: ";
    const char* separator = "";
    for (const EventPattern& pattern : patterns_) {
      *out << separator << pattern.description;
      separator = ", ";
    }
  }

  std::vector<EventPattern> patterns_;
};

/// As LogInterpreter has them: "3:0:1:0 | 4:0:1:0", "none".
std::string InWords(const PathIdGroups& groups) {
  std::string words;
  for (const std::vector<PathId>& group : groups) {
    if (!words.empty()) words += " |";
    for (const PathId& path : group) words += (words.empty() ? "" : " ") + path.hctl;
  }
  return words.empty() ? "none" : words;
}

}  // namespace

EventPattern InjectsFault(const std::string& verb, const PathId& path) {
  return {"the fault \"" + verb + "\" of " + path.hctl, [=](const Record& event) {
            return event.kind == "fault" && event.path == path.hctl &&
                   boost::starts_with(event.text, verb + " ");
          }};
}

EventPattern DiskUevent(const std::string& action, const PathId& path) {
  return {"the uevent \"" + action + "\" of the disk " + path.hctl, [=](const Record& event) {
            return event.kind == "uevent" && event.path == path.hctl && !event.device.empty() &&
                   boost::starts_with(event.text, action + " ");
          }};
}

EventPattern HasPathGroups(const std::string& map, const PathIdGroups& groups) {
  const std::string words = InWords(groups);
  return {map + " with the path groups " + words, [=](const Record& event) {
            return event.kind == "groups" && event.map == map && event.state == words;
          }};
}

EventPattern IsInState(const PathId& path, const std::string& state) {
  return {path.hctl + " is " + state, [=](const Record& event) {
            return event.lane == Lane::kPath && event.kind == "state" && event.path == path.hctl &&
                   event.state == state;
          }};
}

EventPattern FirstIoOn(const PathId& path) {
  return {"the first I/O on " + path.hctl,
          [=](const Record& event) { return event.kind == "first-io" && event.path == path.hctl; }};
}

::testing::Matcher<const std::vector<Record>&> ShowsInOrder(std::vector<EventPattern> patterns) {
  return ::testing::MakeMatcher(new ShowsInOrderMatcher(std::move(patterns)));
}

}  // namespace dualpath
