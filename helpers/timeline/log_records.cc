#include "helpers/timeline/log_records.h"

#include <algorithm>
#include <array>
#include <boost/algorithm/string/predicate.hpp>
#include <iterator>
#include <utility>

namespace dualpath::timeline {
namespace {

using boost::contains;
using boost::ends_with;
using boost::starts_with;

/// multipathd: "mpatha: sdb - tur checker reports path is down".
constexpr char kCheckerReports[] = "checker reports path is ";

std::string Count(std::size_t paths) {
  if (paths == 0) return "no path";
  return std::to_string(paths) + (paths == 1 ? " path" : " paths");
}

/// Returns the state of a path that a checker reports, or null.
const char* StateInCheckerMessage(const std::string& message) {
  const std::size_t at = message.find(kCheckerReports);
  if (at == std::string::npos) return nullptr;
  const std::string verdict = message.substr(at + sizeof(kCheckerReports) - 1);
  if (starts_with(verdict, "up")) return "active";
  if (starts_with(verdict, "down")) return "failed";
  return starts_with(verdict, "in standby state") ? "ghost" : nullptr;
}

/// Returns whether the ALUA handler reports the state of a port group, as it does at each check.
bool IsPortGroupState(const std::string& message) {
  const std::size_t at = message.find(": alua: port group ");
  return at != std::string::npos && contains(message.substr(at), " supports ");
}

Severity SeverityOfPath(const std::string& state) {
  if (state == "failed" || state == "offline") return Severity::kError;
  return state == "deleted" || state == "removed" ? Severity::kWarning : Severity::kInfo;
}

Severity SeverityOfMap(const std::string& state) {
  if (state == "no path" || state == "failing I/O") return Severity::kError;
  return state == "queueing" ? Severity::kWarning : Severity::kInfo;
}

/// Guesses the severity of a line of unknown meaning.
Severity SeverityOfText(const std::string& message) {
  // multipathd 0.9 and later logs this at each table load for transports without timeouts, such as
  // tcm_loop.
  if (contains(message, "setting scsi timeouts is unsupported")) return Severity::kInfo;
  for (const char* phrase :
       {"I/O error", "critical target error", "rejecting I/O", "Oops", "BUG:"}) {
    if (contains(message, phrase)) return Severity::kError;
  }
  for (const char* phrase : {"fail", "Fail", "FAILED", "error", "timed out", "timeout", "offline",
                             "path is down", "remove path", "blocked for more than"}) {
    if (contains(message, phrase)) return Severity::kWarning;
  }
  return Severity::kInfo;
}

/// Returns the state of a disk that a kernel message reports (drivers/scsi/sd.c, scsi_lib.c).
const char* StateInKernelMessage(const std::string& message) {
  if (ends_with(message, "Synchronizing SCSI cache")) return "deleted";
  if (ends_with(message, "Attached SCSI disk")) return "attached";
  if (ends_with(message, "rejecting I/O to offline device")) return "offline";
  return nullptr;
}

}  // namespace

std::optional<Lane> LaneOfProgram(const std::string& program) {
  if (program == "kernel") return Lane::kKernel;
  if (program == "multipathd" || program == "multipath") return Lane::kMultipathd;
  if (starts_with(program, "qemu") || program == "libvirtd" || program == "virtqemud") {
    return Lane::kQemu;
  }
  return std::nullopt;
}

LineClass ClassOf(const std::string& message) {
  const multipath::LogLine line = multipath::ParseLogLine(message);
  if (const auto* other = std::get_if<multipath::Unrecognised>(&line)) {
    if (!other->reason.empty()) return LineClass::kMalformed;
    if (StateInKernelMessage(message) != nullptr) return LineClass::kChange;
    const bool is_known = StateInCheckerMessage(message) != nullptr || IsPortGroupState(message);
    return is_known ? LineClass::kRepeated : LineClass::kUninteresting;
  }
  return std::holds_alternative<multipath::PathOffline>(line) ? LineClass::kRepeated
                                                              : LineClass::kChange;
}

/// Interprets one line; one overload for each wording.
class LogInterpreter::LineVisitor {
 public:
  LineVisitor(LogInterpreter& owner, Record& line, std::vector<Record>& derived)
      : owner_(owner), line_(line), derived_(derived) {}

  void operator()(const multipath::Unrecognised& other) {
    line_.severity = SeverityOfText(line_.text);
    const auto mention = MentionedPath(other.message);
    if (!mention) return;
    line_.device = owner_.names_.DeviceOf(mention->name);
    line_.path = mention->hctl.empty() ? owner_.names_.PathOf(mention->name) : mention->hctl;
    if (line_.lane == Lane::kKernel) {
      const char* const state = StateInKernelMessage(line_.text);
      // A SCSI device without the name of a disk need not be a path.
      if (state != nullptr && !line_.device.empty()) SetPath(line_.path, line_.device, state);
    } else if (const char* const state = StateInCheckerMessage(line_.text); state != nullptr) {
      SetPath(line_.path, line_.device, state);
    }
  }

  void operator()(const multipath::TableLoad& load) {
    line_.map = load.map;
    MapState& map = owner_.maps_[load.map];
    std::set<std::string> paths;
    std::string groups;
    for (const dm::PathGroup& group : load.table.groups) {
      if (!groups.empty()) groups += " | ";
      std::string members;
      for (const dm::TablePath& member : group.paths) {
        const multipath::PathName name{"", member.device};
        const std::string path = owner_.names_.PathOf(name);
        members += (members.empty() ? "" : " ") + path;
        paths.insert(path);
        std::string& known = owner_.path_states_[path];
        if (known.empty() || known == "attached" || known == "removed" || known == "deleted") {
          SetPath(path, owner_.names_.DeviceOf(name), "active");
        }
      }
      groups += members;
    }
    for (const std::string& path : map.paths) {
      const std::string& known = owner_.path_states_[path];
      if (paths.count(path) == 0 && known != "deleted") SetPath(path, "", "removed");
    }
    map.paths = std::move(paths);
    if (groups.empty()) groups = "none";
    if (std::exchange(map.groups, groups) != groups) {
      Record& record = Derive(Lane::kMap, "groups", groups);
      record.map = load.map;
    }
    SetMap(load.map, Usable(load.map));
  }

  void operator()(const multipath::PathAdded& added) {
    Mention(added.path, added.map);
    SetPath("active");
  }

  void operator()(const multipath::PathRemoved& removed) {
    Mention(removed.path, removed.map);
    line_.severity = Severity::kWarning;
    owner_.maps_[removed.map].paths.erase(line_.path);
    SetPath("removed");
  }

  void operator()(const multipath::CheckerFailed& failed) {
    Mention(failed.path, failed.map);
    line_.severity = Severity::kError;
    SetPath("failed");
  }

  void operator()(const multipath::PathOffline& offline) {
    Mention(offline.path, offline.map);
    line_.severity = Severity::kError;
    SetPath("offline");
  }

  void operator()(const multipath::PathMarkedFailed& failed) {
    Mention(failed.path, "");
    line_.severity = Severity::kError;
    SetPath("failed");
  }

  void operator()(const multipath::PathReinstated& reinstated) {
    Mention(reinstated.path, "");
    SetPath("active");
  }

  void operator()(const multipath::PathGroupSwitched& switched) { line_.map = switched.map; }

  void operator()(const multipath::RemainingActivePaths& remaining) {
    line_.map = remaining.map;
    const std::string& state = owner_.maps_[remaining.map].state;
    line_.severity = remaining.count == 0 ? Severity::kError : Severity::kInfo;
    if (remaining.count == 0 && (state == "queueing" || state == "failing I/O")) return;
    SetMap(remaining.map, Count(remaining.count));
  }

  void operator()(const multipath::EnteredRecovery& entered) {
    line_.severity = Severity::kWarning;
    SetMap(line_.map = entered.map, "queueing");
  }

  void operator()(const multipath::QueueingDisabled& disabled) {
    line_.severity = Severity::kError;
    SetMap(line_.map = disabled.map, "failing I/O");
  }

  void operator()(const multipath::QueueingEnabled& enabled) { line_.map = enabled.map; }

  void operator()(const multipath::RecoveredToNormal& recovered) {
    SetMap(line_.map = recovered.map, Usable(recovered.map));
  }

  void operator()(const multipath::KernelFailingPath& failing) {
    Mention({"", failing.path}, failing.map ? owner_.names_.MapOf(*failing.map) : "");
    line_.severity = Severity::kError;
    SetPath("failed");
  }

  void operator()(const multipath::KernelReinstatingPath& reinstating) {
    Mention({"", reinstating.path}, reinstating.map ? owner_.names_.MapOf(*reinstating.map) : "");
    SetPath("active");
  }

 private:
  void Mention(const multipath::PathName& name, const std::string& map) {
    line_.path = owner_.names_.PathOf(name);
    line_.device = owner_.names_.DeviceOf(name);
    line_.map = map;
    if (!map.empty()) owner_.maps_[map].paths.insert(line_.path);
  }

  /// Returns the number of usable paths in the last table, as the text of a state.
  std::string Usable(const std::string& map) const {
    const auto& paths = owner_.maps_[map].paths;
    return Count(static_cast<std::size_t>(
        std::count_if(paths.begin(), paths.end(), [&](const std::string& path) {
          const auto known = owner_.path_states_.find(path);
          return known != owner_.path_states_.end() && IsUsable(known->second);
        })));
  }

  Record& Derive(Lane lane, const char* kind, const std::string& state) {
    Record record;
    record.time_us = line_.time_us;
    record.error_us = line_.error_us;
    record.lane = lane;
    record.kind = kind;
    record.state = state;
    record.text = line_.text;
    derived_.push_back(std::move(record));
    return derived_.back();
  }

  void SetPath(const std::string& state) { SetPath(line_.path, line_.device, state); }

  void SetPath(const std::string& path, const std::string& device, const std::string& state) {
    if (path.empty() || std::exchange(owner_.path_states_[path], state) == state) return;
    Record& record = Derive(Lane::kPath, "state", state);
    record.path = path;
    record.device = device;
    record.map = line_.map;
    record.severity = SeverityOfPath(state);
  }

  void SetMap(const std::string& map, const std::string& state) {
    if (std::exchange(owner_.maps_[map].state, state) == state) return;
    Record& record = Derive(Lane::kMap, "state", state);
    record.map = map;
    record.severity = SeverityOfMap(state);
  }

  LogInterpreter& owner_;
  Record& line_;
  std::vector<Record>& derived_;
};

void LogInterpreter::Interpret(Record line, std::vector<Record>& records) {
  if (line.lane != Lane::kKernel && line.lane != Lane::kMultipathd) {
    line.severity = SeverityOfText(line.text);
    records.push_back(std::move(line));
    return;
  }
  names_.AddLogLine(line.text);
  std::vector<Record> derived;
  std::visit(LineVisitor(*this, line, derived), multipath::ParseLogLine(line.text));
  records.push_back(std::move(line));
  std::move(derived.begin(), derived.end(), std::back_inserter(records));
}

void LogInterpreter::Assume(const Record& state) {
  if (state.lane == Lane::kPath) path_states_[state.path] = state.state;
  if (state.lane == Lane::kPath && !state.map.empty()) maps_[state.map].paths.insert(state.path);
  if (state.lane != Lane::kMap) return;
  MapState& map = maps_[state.map];
  (state.kind == "groups" ? map.groups : map.state) = state.state;
}

std::vector<Record> FromLog(const std::vector<observe::LogMessage>& messages, PathNames names,
                            const std::vector<Record>& before) {
  // Backwards: a later call replaces names, and the first lines should win.
  for (auto message = messages.rbegin(); message != messages.rend(); ++message) {
    names.AddLogLine(message->text);
  }
  LogInterpreter interpreter(std::move(names));
  for (const Record& state : before) interpreter.Assume(state);
  std::vector<Record> records;
  for (const observe::LogMessage& message : messages) {
    const auto lane = LaneOfProgram(message.source);
    if (!lane) continue;
    Record line;
    line.time_us = message.monotonic_us;
    line.lane = *lane;
    line.kind = "line";
    line.text = message.text;
    interpreter.Interpret(std::move(line), records);
  }
  return records;
}

}  // namespace dualpath::timeline
