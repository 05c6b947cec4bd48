#include "helpers/timeline/account.h"

#include <algorithm>
#include <array>
#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/predicate.hpp>
#include <boost/algorithm/string/split.hpp>
#include <utility>

#include "helpers/base/number.h"
#include "helpers/multipath/log_line.h"

namespace dualpath::timeline {
namespace {

using boost::contains;
using boost::icontains;
using boost::starts_with;

Moment At(const Record& record) { return {record.time_us, record.error_us.has_value()}; }

bool IsLost(const std::string& state) {
  return state == "failed" || state == "offline" || state == "deleted" || state == "removed";
}

bool IsDmName(const std::string& map) { return ParseAfter<unsigned>("dm-", map).has_value(); }

std::string NoticedBy(const Record& line) {
  if (line.lane == Lane::kKernel) return "the kernel";
  if (contains(line.text, "mark as failed")) return "multipathd, from the kernel's event";
  if (contains(line.text, "checker") || contains(line.text, "path offline")) {
    return "multipathd's checker";
  }
  if (contains(line.text, "uevent") || contains(line.text, "path removed")) {
    return "multipathd, from a uevent of udev";
  }
  return "multipathd";
}

/// Returns the first of the words in parentheses or after "device ": "EXT4-fs (dm-1): ...",
/// "EXT4-fs error (device dm-1): ...".
std::string DeviceIn(const std::string& text) {
  const std::size_t open = text.find('(');
  if (open == std::string::npos) return "";
  std::string device = text.substr(open + 1, text.find(')', open) - open - 1);
  if (starts_with(device, "device ")) device.erase(0, 7);
  return device.find(' ') == std::string::npos ? device : "";
}

bool MakesReadOnly(const std::string& text) {
  static constexpr std::array kPhrases{"emounting filesystem read-only", "forced readonly",
                                       "xfs_do_force_shutdown", "Filesystem has been shut down",
                                       "Log I/O Error Detected"};
  const bool is_file_system = starts_with(text, "EXT") || starts_with(text, "XFS") ||
                              starts_with(text, "BTRFS") || starts_with(text, "JBD2");
  return is_file_system && std::any_of(kPhrases.begin(), kPhrases.end(),
                                       [&](const char* phrase) { return contains(text, phrase); });
}

/// The words of libvirt and QEMU about a guest that stops, and about one that goes on.
bool Pauses(const std::string& text) {
  return icontains(text, "paused") || icontains(text, "suspended") || contains(text, "io-error") ||
         contains(text, "BLOCK_IO_ERROR");
}

bool Resumes(const std::string& text) {
  return icontains(text, "resumed") || icontains(text, "unpaused");
}

class Teller {
 public:
  explicit Teller(const Incident& incident) : incident_(incident) {}

  Account Tell() {
    account_.clock = incident_.timeline.clock;
    for (const multipath::Map& map : incident_.maps) AddTopology(map);
    FindMapsOfPaths();
    for (const Record& record : incident_.timeline.records) {
      if (record.kind == "line") {
        line_ = &record;
        TakeLine(record);
      } else if (record.kind == "state" && record.lane == Lane::kPath) {
        TakePathState(record);
      } else if (record.kind == "state" && record.lane == Lane::kMap) {
        TakeMapState(record);
      }
    }
    for (auto& [name, map] : maps_) account_.maps.push_back(std::move(map));
    return std::move(account_);
  }

 private:
  MapAccount& Map(const std::string& name) {
    const auto alias = alias_of_dm_name_.find(name);
    const std::string& known = alias == alias_of_dm_name_.end() ? name : alias->second;
    MapAccount& map = maps_[known];
    map.name = known;
    return map;
  }

  void AddTopology(const multipath::Map& pasted) {
    alias_of_dm_name_[pasted.dm_name] = pasted.alias;
    MapAccount& map = Map(pasted.alias);
    map.queue_if_no_path = contains(pasted.features, "queue_if_no_path");
    for (const multipath::PathGroup& group : pasted.groups) {
      for (const multipath::Path& path : group.paths) {
        const bool has_hctl = path.hctl.find('#') == std::string::npos;
        map_of_path_[has_hctl ? path.hctl : path.device] = pasted.alias;
      }
    }
  }

  /// Kernels name the map by its number, multipathd by its alias: maps with a path in common are
  /// one.
  void FindMapsOfPaths() {
    for (const Record& record : incident_.timeline.records) {
      if (record.map.empty()) continue;
      std::vector<std::string> paths{record.path};
      if (record.kind == "groups") boost::split(paths, record.state, boost::is_any_of(" |"));
      for (const std::string& path : paths) {
        if (path.empty() || path == "none") continue;
        std::string& map = map_of_path_[path];
        if (IsDmName(map) && !IsDmName(record.map)) alias_of_dm_name_[map] = record.map;
        if (!map.empty() && IsDmName(record.map) && !IsDmName(map)) {
          alias_of_dm_name_.emplace(record.map, map);
        }
        if (map.empty() || IsDmName(map)) map = record.map;
      }
    }
    for (const auto& [path, map] : map_of_path_) Map(map).paths[path];
  }

  void TakeLine(const Record& line) {
    if (line.lane == Lane::kQemu) return TakeQemu(line);
    const multipath::LogLine parsed = multipath::ParseLogLine(line.text);
    if (const auto* load = std::get_if<multipath::TableLoad>(&parsed)) {
      Map(load->map).queue_if_no_path = load->table.QueuesIfNoPath();
    } else if (const auto* recovery = std::get_if<multipath::EnteredRecovery>(&parsed)) {
      Map(recovery->map).no_path_retry = recovery->max_retries;
    } else if (const auto* switched = std::get_if<multipath::PathGroupSwitched>(&parsed)) {
      Map(switched->map).groups.emplace_back(At(line), switched->group);
    } else if (line.lane == Lane::kKernel) {
      TakeKernel(line);
    }
  }

  void TakeKernel(const Record& line) {
    if (contains(line.text, " error, dev ")) {
      request_error_ = line.text;
    }
    if (!MakesReadOnly(line.text)) return;
    const std::string device = DeviceIn(line.text);
    const auto same = std::find_if(account_.read_only.begin(), account_.read_only.end(),
                                   [&](const Victim& known) { return known.name == device; });
    if (same != account_.read_only.end()) return;
    Victim victim = MakeVictim(line);
    victim.name = device;
    const auto map = alias_of_dm_name_.find(device);
    DescribeMap(map == alias_of_dm_name_.end() ? device : map->second, victim);
    account_.read_only.push_back(std::move(victim));
  }

  void TakeQemu(const Record& line) {
    constexpr std::size_t kEnough = 100;
    if (Resumes(line.text)) {
      for (Victim& guest : account_.paused) {
        if (!guest.resumed) guest.resumed = At(line);
      }
    } else if (Pauses(line.text) && account_.paused.size() < kEnough) {
      const bool is_paused = !account_.paused.empty() && !account_.paused.back().resumed;
      if (is_paused) return;  // several lines report one pause
      Victim victim = MakeVictim(line);
      DescribeMap(MapNamedIn(line.text), victim);
      account_.paused.push_back(std::move(victim));
    }
  }

  Victim MakeVictim(const Record& line) const {
    Victim victim;
    victim.line = line.text;
    victim.at = At(line);
    victim.request_error = request_error_;
    return victim;
  }

  std::string MapNamedIn(const std::string& text) const {
    const auto map = std::find_if(maps_.begin(), maps_.end(), [&](const auto& each) {
      return !each.first.empty() && contains(text, each.first);
    });
    return map == maps_.end() ? "" : map->first;
  }

  /// Describes the map, or the only one of the log.
  void DescribeMap(const std::string& name, Victim& victim) {
    auto map = maps_.find(name);
    victim.only_map = map == maps_.end() && maps_.size() == 1;
    if (victim.only_map) map = maps_.begin();
    if (map == maps_.end() || map->first.empty()) return;
    victim.map = map->first;
    victim.map_state = map_states_[victim.map];
    victim.queue_if_no_path = map->second.queue_if_no_path;
    victim.known = map->second.paths.size();
    for (const auto& [path, state] : map->second.paths) {
      // A path of which the log says nothing has not been lost in it.
      if (state.empty() || IsUsable(state)) ++victim.usable;
    }
  }

  void TakePathState(const Record& record) {
    const auto of = map_of_path_.find(record.path);
    const std::string& name = of == map_of_path_.end() ? record.map : of->second;
    // A disk that comes, of which no line says that it is a path.
    if (name.empty() && maps_.count(name) == 0 && !IsLost(record.state)) return;
    MapAccount& map = Map(name);
    std::string& state = map.paths[record.path];
    state = record.state;
    const auto open = std::find_if(map.losses.rbegin(), map.losses.rend(), [&](const Loss& loss) {
      return loss.path == record.path && !loss.regained;
    });
    if (IsUsable(record.state)) {
      if (open != map.losses.rend()) open->regained = At(record);
      return;
    }
    if (!IsLost(record.state) || open != map.losses.rend()) return;
    Loss loss;
    loss.path = record.path;
    loss.device = record.device;
    loss.state = record.state;
    loss.lost = At(record);
    if (line_ != nullptr && line_->text == record.text) {
      loss.noticed_by = NoticedBy(*line_);
      loss.line = line_->text;
    }
    map.losses.push_back(std::move(loss));
    map.fewest.reset();  // until the log says how many are left
  }

  void TakeMapState(const Record& record) {
    MapAccount& map = Map(record.map);
    map_states_[map.name] = record.state;
    const auto change = [&](std::vector<Span>& spans, const char* state) {
      const bool is_open = !spans.empty() && !spans.back().end;
      if (record.state == state && !is_open) spans.push_back({At(record), std::nullopt});
      if (record.state != state && is_open) spans.back().end = At(record);
    };
    change(map.queued, "queueing");
    change(map.failing, "failing I/O");
    change(map.no_path, "no path");
    const auto usable = ParseWhole<unsigned>(record.state.substr(0, record.state.find(' ')));
    unsigned& fewest = fewest_.emplace(map.name, usable.value_or(0)).first->second;
    fewest = std::min(fewest, usable.value_or(0));
    map.fewest = fewest;
  }

  const Incident& incident_;
  Account account_;
  std::map<std::string, MapAccount> maps_;
  std::map<std::string, std::string> map_states_;
  std::map<std::string, std::string> map_of_path_;
  std::map<std::string, std::string> alias_of_dm_name_;
  std::map<std::string, unsigned> fewest_;  ///< by map
  std::string request_error_;
  const Record* line_ = nullptr;
};

}  // namespace

Account Tell(const Incident& incident) { return Teller(incident).Tell(); }

}  // namespace dualpath::timeline
