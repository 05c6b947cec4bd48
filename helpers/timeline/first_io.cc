#include "helpers/timeline/first_io.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <utility>

namespace dualpath::timeline {
namespace {

/// Tolerance: printk's clock drifts from CLOCK_MONOTONIC.
constexpr std::int64_t kClocksApartUs = 5000;

std::string Milliseconds(std::int64_t us) {
  constexpr double kMillisecond = 1000;
  char text[32];
  std::snprintf(text, sizeof text, "%.1f ms", static_cast<double>(us) / kMillisecond);
  return text;
}

/// Parses groups as LogInterpreter writes them: "3:0:1:0 | 4:0:1:0 5:0:1:0".
std::vector<std::string> PathsIn(const std::string& groups) {
  std::vector<std::string> paths;
  std::istringstream words(groups);
  for (std::string word; words >> word;) {
    if (word != "|" && word != "none") paths.push_back(word);
  }
  return paths;
}

bool EndsBefore(const Record& io, std::int64_t time_us) {
  return io.time_us + io.duration_us.value_or(0) + io.error_us.value_or(0) < time_us;
}

/// A switch to the only usable path of a map, which has carried no I/O before.
struct Switch {
  std::string path;
  const Record* change = nullptr;  ///< the loss of the other paths
  std::string why;
  const Record* io = nullptr;  ///< the first I/O, once found
};

class SwitchTracker {
 public:
  void Add(const Record& record) {
    if (record.lane == Lane::kMap && record.kind == "groups") {
      MapState& map = maps_[record.map];
      map.paths = PathsIn(record.state);
      if (map.paths.size() > 1) map.carrier = map.paths.front();
      OnChange(record.map, record, "the table with only " + record.state + " was loaded");
    } else if (record.lane == Lane::kPath && record.kind == "state") {
      states_[record.path] = record.state;
      for (auto& [name, map] : maps_) {
        if (std::count(map.paths.begin(), map.paths.end(), record.path) == 0) continue;
        OnChange(name, record, record.path + " was " + record.state);
      }
    } else if (record.kind == "io" && !record.map.empty()) {
      AddIo(record);
    }
  }

  std::vector<Record> Finish() {
    for (auto& [name, map] : maps_) EndSwitch(map, std::nullopt);
    return std::move(found_);
  }

 private:
  struct MapState {
    std::vector<std::string> paths;
    std::string carrier;
    std::optional<Switch> pending;
  };

  /// Counts a deleted disk as usable: the switch begins when the table without it is loaded.
  bool IsUsable(const std::string& path) const {
    const auto known = states_.find(path);
    return known == states_.end() || (known->second != "failed" && known->second != "offline");
  }

  void OnChange(const std::string& name, const Record& change, const std::string& why) {
    MapState& map = maps_[name];
    std::vector<std::string> usable;
    std::copy_if(map.paths.begin(), map.paths.end(), std::back_inserter(usable),
                 [this](const std::string& path) { return IsUsable(path); });
    if (usable.size() != 1) {
      EndSwitch(map, change.time_us);
      return;
    }
    if (map.pending && map.pending->path == usable.front()) return;
    EndSwitch(map, change.time_us);
    if (usable.front() != map.carrier) map.pending = Switch{usable.front(), &change, why, nullptr};
  }

  void AddIo(const Record& io) {
    const auto map = maps_.find(io.map);
    if (map == maps_.end() || !map->second.pending || map->second.pending->io != nullptr) return;
    const bool succeeded = io.error_number == 0 && io.duration_us;
    Switch& pending = *map->second.pending;
    const std::int64_t accuracy_us = io.error_us.value_or(0) + kClocksApartUs;
    if (succeeded && io.time_us - accuracy_us > pending.change->time_us) {
      pending.io = &io;
    }
  }

  /// Ends a pending switch. `changed_us`: time at which the number of usable paths changed, if it
  /// did.
  void EndSwitch(MapState& map, std::optional<std::int64_t> changed_us) {
    const auto pending = std::exchange(map.pending, std::nullopt);
    if (!pending || pending->io == nullptr) return;
    const Record& io = *pending->io;
    if (changed_us && !EndsBefore(io, *changed_us)) return;
    map.carrier = pending->path;
    Record first;
    first.time_us = io.time_us;
    first.error_us = io.error_us;
    first.lane = io.lane;
    first.kind = "first-io";
    first.path = pending->path;
    first.map = io.map;
    first.sequence = io.sequence;
    first.block = io.block;
    first.text = "first I/O on the other path, " + pending->path + ": " +
                 (io.sequence ? "#" + std::to_string(*io.sequence) : "\"" + io.text + "\"") +
                 " began " + Milliseconds(io.time_us - pending->change->time_us) + " after " +
                 pending->why + ", and completed in " + Milliseconds(*io.duration_us);
    found_.push_back(std::move(first));
  }

  std::map<std::string, MapState> maps_;
  std::map<std::string, std::string> states_;
  std::vector<Record> found_;
};

}  // namespace

std::vector<Record> FirstIoOnOtherPath(const std::vector<Record>& records) {
  SwitchTracker tracker;
  for (const Record& record : records) tracker.Add(record);
  return tracker.Finish();
}

}  // namespace dualpath::timeline
