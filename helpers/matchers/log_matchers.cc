#include "helpers/matchers/log_matchers.h"

#include <algorithm>
#include <ostream>
#include <utility>

#include "helpers/matchers/table_matchers.h"
#include "helpers/multipath/log_line.h"

namespace dualpath {
namespace {

template <typename Event>
LogEvent Typed(std::string description, std::function<bool(const Event&)> is_it) {
  return {std::move(description), [is_it = std::move(is_it)](const std::string& text) {
            const multipath::LogLine line = multipath::ParseLogLine(text);
            const auto* event = std::get_if<Event>(&line);
            return event != nullptr && is_it(*event);
          }};
}

/// Compares by device number if the line has one: sdX may have been another disk's.
bool IsOf(const PathId& path, const multipath::PathName& name) {
  return name.number ? *name.number == path.number : name.device == path.device;
}

/// An event whose line has only the map's name.
template <typename Event>
LogEvent OfMap(const std::string& map, const std::string& what) {
  return Typed<Event>(map + ": " + what, [map](const Event& event) { return event.map == map; });
}

template <typename Event>
LogEvent OfPath(const std::string& map, const PathId& path, const std::string& what) {
  return Typed<Event>(
      map + ": " + what + " " + ::testing::PrintToString(path),
      [map, path](const Event& event) { return event.map == map && IsOf(path, event.path); });
}

class LogsMatcher : public ::testing::MatcherInterface<const Log&> {
 public:
  explicit LogsMatcher(LogEvent event) : event_(std::move(event)) {}

  bool MatchAndExplain(const Log& log, ::testing::MatchResultListener* listener) const override {
    const auto line = std::find_if(
        log.begin(), log.end(),
        [this](const observe::LogMessage& message) { return event_.matches(message.text); });
    if (log.empty()) *listener << "which is empty";
    if (line == log.end() && !log.empty()) {
      // gtest prints only the first lines of a long log.
      *listener << "in which none of " << log.size() << " lines matches; the last is "
                << log.back().ToString();
    }
    if (line == log.end()) return false;
    *listener << "which has the line " << line->ToString();
    return true;
  }
  void DescribeTo(std::ostream* out) const override { *out << "logs " << event_.description; }
  void DescribeNegationTo(std::ostream* out) const override {
    *out << "does not log " << event_.description;
  }

 private:
  LogEvent event_;
};

}  // namespace

LogEvent LineContaining(const std::string& text) {
  return {"\"" + text + "\"",
          [text](const std::string& line) { return line.find(text) != std::string::npos; }};
}

LogEvent EitherOf(LogEvent one, LogEvent other) {
  std::string description = one.description + ", or " + other.description;
  return {std::move(description),
          [one = std::move(one), other = std::move(other)](const std::string& text) {
            return one.matches(text) || other.matches(text);
          }};
}

LogEvent LoadsTable(const std::string& map, const PathIdGroups& groups) {
  const std::string numbers = Numbers(groups);
  return Typed<multipath::TableLoad>(map + ": table load with paths " + numbers,
                                     [map, numbers](const multipath::TableLoad& load) {
                                       return load.map == map && Numbers(load.table) == numbers;
                                     });
}

LogEvent LoadsAnyTable(const std::string& map) {
  return OfMap<multipath::TableLoad>(map, "table load");
}

LogEvent AddsPath(const std::string& map, const PathId& path) {
  return OfPath<multipath::PathAdded>(map, path, "path added:");
}

LogEvent RemovesPath(const std::string& map, const PathId& path) {
  return OfPath<multipath::PathRemoved>(map, path, "path removed:");
}

LogEvent CheckerFails(const std::string& map, const PathId& path) {
  return OfPath<multipath::CheckerFailed>(map, path, "checker failed path");
}

LogEvent SeesOffline(const std::string& map, const PathId& path) {
  return OfPath<multipath::PathOffline>(map, path, "path offline");
}

LogEvent Reinstates(const PathId& path) {
  return Typed<multipath::PathReinstated>(
      "multipathd reinstating " + ::testing::PrintToString(path),
      [path](const multipath::PathReinstated& event) { return IsOf(path, event.path); });
}

LogEvent SwitchesToGroup(const std::string& map, std::size_t index) {
  const std::size_t number = index + 1;
  return Typed<multipath::PathGroupSwitched>(
      map + ": switch to path group #" + std::to_string(number),
      [map, number](const multipath::PathGroupSwitched& event) {
        return event.map == map && event.group == number;
      });
}

LogEvent LeavesActivePaths(const std::string& map, unsigned count) {
  return Typed<multipath::RemainingActivePaths>(
      map + ": remaining active paths: " + std::to_string(count),
      [map, count](const multipath::RemainingActivePaths& event) {
        return event.map == map && event.count == count;
      });
}

LogEvent EntersRecovery(const std::string& map, unsigned max_retries) {
  return Typed<multipath::EnteredRecovery>(
      map + ": entering recovery mode, max_retries=" + std::to_string(max_retries),
      [map, max_retries](const multipath::EnteredRecovery& event) {
        return event.map == map && event.max_retries == max_retries;
      });
}

LogEvent DisablesQueueing(const std::string& map) {
  return OfMap<multipath::QueueingDisabled>(map, "disable queueing");
}

LogEvent EnablesQueueing(const std::string& map) {
  return OfMap<multipath::QueueingEnabled>(map, "queue_if_no_path enabled");
}

LogEvent RecoversToNormal(const std::string& map) {
  return OfMap<multipath::RecoveredToNormal>(map, "recovered to normal mode");
}

LogEvent KernelFails(const PathId& path) {
  return Typed<multipath::KernelFailingPath>(
      "the kernel failing path " + path.number.ToString(),
      [path](const multipath::KernelFailingPath& event) { return event.path == path.number; });
}

::testing::Matcher<const Log&> Logs(LogEvent event) {
  return ::testing::Matcher<const Log&>(new LogsMatcher(std::move(event)));
}

Result<std::chrono::microseconds> TimeOf(const LogEvent& event, const Log& log) {
  for (const observe::LogMessage& message : log) {
    if (event.matches(message.text)) return std::chrono::microseconds(message.monotonic_us);
  }
  return Error::Because("find in the log", event.description, "not logged");
}

}  // namespace dualpath
