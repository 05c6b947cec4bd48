#include "helpers/timeline/account_text.h"

#include <algorithm>
#include <array>
#include <boost/algorithm/string/predicate.hpp>
#include <map>
#include <utility>

#include "helpers/base/text.h"
#include "helpers/base/utf8.h"
#include "helpers/timeline/durations.h"
#include "helpers/timeline/incident_text.h"

namespace dualpath::timeline {
namespace {

using boost::contains;
using nlohmann::json;

constexpr char kNotInLog[] = "not in this log";

/// Returns a line as a quotation.
std::string Quoted(const std::string& line) {
  constexpr std::size_t kMostShown = 160;
  const std::string shown = ReplaceInvalidUtf8(CutUtf8(line, kMostShown));
  return "\"" + shown + (line.size() > kMostShown ? "..." : "") + "\"";
}

std::string Paths(std::size_t count) { return Count(count, "path", "paths"); }

class Writer {
 public:
  explicit Writer(const Account& account) : account_(account) {}

  std::vector<std::string> Write() {
    for (const MapAccount& map : account_.maps) WriteMap(map);
    if (account_.maps.empty()) Say("Maps and paths: not in this log.");
    for (const Victim& victim : account_.read_only) WriteReadOnly(victim);
    for (const Victim& victim : account_.paused) WritePaused(victim);
    return std::move(sentences_);
  }

 private:
  void Say(const std::string& sentence) { sentences_.push_back(WithoutControls(sentence)); }

  std::string At(const Moment& moment) const { return TimeText(moment.time_us, account_.clock); }

  static std::string Between(const Moment& begin, const Moment& end) {
    const bool vague = begin.whole_seconds || end.whole_seconds;
    const std::int64_t us = vague ? (end.time_us / kSecond - begin.time_us / kSecond) * kSecond
                                  : end.time_us - begin.time_us;
    return (vague ? "about " : "") + DurationText(std::max<std::int64_t>(us, 0));
  }

  void WriteMap(const MapAccount& map) {
    const std::string name = map.name.empty() ? "A map that is not in this log" : map.name;
    Say(name + ": " + Paths(map.paths.size()) + " known. " + Configuration(map));
    WriteLosses(map);
    WriteIo(map);
    WriteGroups(map);
  }

  static std::string Configuration(const MapAccount& map) {
    std::string text = "queue_if_no_path: ";
    if (!map.queue_if_no_path) {
      text += kNotInLog;
    } else if (*map.queue_if_no_path) {
      text += "set, so without a path I/O is held, not failed";
    } else {
      text += "not set, so without a path I/O fails at once";
    }
    text += "; no_path_retry: ";
    if (map.no_path_retry) {
      text +=
          std::to_string(*map.no_path_retry) + ", so it is held for that many checks, then fails";
    } else {
      text += kNotInLog;
    }
    return text + "; failback: " + (map.groups.empty() ? kNotInLog : "see the switches of groups") +
           ".";
  }

  /// One sentence for each path: a path may have been lost thousands of times.
  void WriteLosses(const MapAccount& map) {
    std::vector<std::string> order;
    std::map<std::string, std::vector<const Loss*>> of_path;
    for (const Loss& loss : map.losses) {
      std::vector<const Loss*>& losses = of_path[loss.path];
      if (losses.empty()) order.push_back(loss.path);
      losses.push_back(&loss);
    }
    constexpr std::size_t kMostPaths = 16;
    for (std::size_t i = 0; i < order.size() && i < kMostPaths; ++i) WriteLosses(of_path[order[i]]);
    if (order.size() > kMostPaths) {
      Say("Lost too: " + Count(order.size() - kMostPaths, "more path", "more paths") + ".");
    }
    if (map.losses.empty()) Say("No path was lost in this log.");
  }

  void WriteLosses(const std::vector<const Loss*>& losses) {
    const Loss& first = *losses.front();
    const Loss& last = *losses.back();
    std::string text = "Path " + PathText(first.path, first.device) + " was lost at " +
                       At(first.lost) + " (" + first.state + ")";
    if (!first.noticed_by.empty()) {
      text += "; first in the log is " + first.noticed_by + ": " + Quoted(first.line);
    }
    if (losses.size() > 1) {
      text += "; it was lost " + std::to_string(losses.size()) + " times, the last time at " +
              At(last.lost);
    }
    if (last.regained) {
      text += "; it came back at " + At(*last.regained) + ", after " +
              Between(last.lost, *last.regained);
    } else {
      text += "; that it came back is not in this log";
    }
    Say(text + ".");
  }

  void WriteSpans(const std::vector<Span>& spans, const std::string& what,
                  const std::string& fate = "") {
    constexpr std::size_t kMostSpans = 8;
    for (std::size_t i = 0; i < spans.size() && i < kMostSpans; ++i) {
      const Span& span = spans[i];
      Say(what + " from " + At(span.begin) +
          (span.end ? " to " + At(*span.end) + ", for " + Between(span.begin, *span.end)
                    : "; its end is not in this log") +
          fate + ".");
    }
    if (spans.size() > kMostSpans) {
      Say(what + " " + std::to_string(spans.size() - kMostSpans) + " times more.");
    }
  }

  void WriteIo(const MapAccount& map) {
    WriteSpans(map.queued, "No path was usable, and I/O was queued");
    WriteSpans(map.failing, "Queueing had ended, and I/O failed");
    std::string fate = "; whether I/O was queued or failed is not in this log";
    if (map.queue_if_no_path) {
      fate = *map.queue_if_no_path ? "; with queue_if_no_path, I/O was queued"
                                   : "; without queue_if_no_path, I/O failed";
    }
    WriteSpans(map.no_path, "No path was usable", fate);
    const bool is_told = !map.queued.empty() || !map.failing.empty() || !map.no_path.empty();
    if (is_told || map.losses.empty()) return;
    if (map.fewest && *map.fewest > 0) {
      Say(map.name + " always had at least " + Paths(*map.fewest) +
          " in this log, so its I/O could go on.");
    } else {
      Say("Whether I/O was queued, or failed for lack of a path, is not in this log.");
    }
  }

  void WriteGroups(const MapAccount& map) {
    if (map.groups.empty()) return;
    constexpr std::size_t kMostSwitches = 8;
    std::vector<std::string> switches;
    for (const auto& [at, group] : map.groups) {
      switches.push_back("to " + std::to_string(group) + " at " + At(at));
    }
    Say("multipathd switched the path group " + JoinFirst(std::move(switches), kMostSwitches) +
        ".");
  }

  /// Returns what the map below could do at that time.
  static std::string StateOfMap(const Victim& victim) {
    if (victim.map.empty()) return "Which map was below it is not in this log.";
    const std::string map = victim.map + (victim.only_map ? ", the only map in this log," : "");
    if (victim.map_state == "failing I/O") {
      return map + " had no path, and queueing had ended, so its I/O failed.";
    }
    if (victim.map_state == "queueing") {
      return map +
             " was queueing, which fails no I/O; a request that had failed before, or a "
             "time limit above the map, is not in this log.";
    }
    if (victim.map_state == "no path" || (victim.known > 0 && victim.usable == 0)) {
      const bool fails = victim.queue_if_no_path && !*victim.queue_if_no_path;
      return map + " had no usable path left" +
             (fails ? ", and without queue_if_no_path its I/O failed at once." : ".");
    }
    if (victim.known == 1) return map + " has only one path in this log.";
    return map + " still had " + Paths(victim.usable) + " of " + std::to_string(victim.known) +
           ", so the loss of a path alone does not explain it";
  }

  void WriteReadOnly(const Victim& victim) {
    const std::string name =
        victim.name.empty() ? "A file system" : "The file system on " + victim.name;
    Say(name + " stopped writing at " + At(victim.at) + ": " + Quoted(victim.line) + ".");
    if (boost::starts_with(victim.name, "sd")) {
      return Say("Why: it is on " + victim.name +
                 " itself, not on a map, so no other path could take its I/O.");
    }
    std::string why = "Why: " + StateOfMap(victim);
    if (why.back() == '.') return Say(why);
    Say(why + Retried(victim) + ".");
  }

  /// Returns whether dm-multipath would have retried the last error on another path: it does not
  /// for errors of the target (drivers/md/dm-mpath.c, noretry_error).
  static std::string Retried(const Victim& victim) {
    if (victim.request_error.empty()) return "; the error of the request is not in this log";
    static constexpr std::array kNoRetry{"critical target error", "critical nexus error",
                                         "critical medium error", "critical space allocation error",
                                         "protection error",      "reservation conflict error"};
    const bool is_final = std::any_of(kNoRetry.begin(), kNoRetry.end(), [&](const char* phrase) {
      return contains(victim.request_error, phrase);
    });
    return (is_final ? "; dm-multipath does not retry this error on another path: "
                     : "; the last error before it was ") +
           Quoted(victim.request_error);
  }

  void WritePaused(const Victim& victim) {
    Say("The guest was paused at " + At(victim.at) + ": " + Quoted(victim.line) + ".");
    const bool for_io = contains(victim.line, "I/O") || contains(victim.line, "io-error") ||
                        contains(victim.line, "IO_ERROR") || contains(victim.line, "ioerror");
    std::string why = "Why: that it was for an I/O error is not in this log.";
    if (for_io) {
      why =
          "Why: its disk had an I/O error, and the error policy is to stop. " + StateOfMap(victim);
      if (why.back() != '.') why += Retried(victim) + ".";
    }
    Say(why);
    if (victim.resumed) return Say("It went on at " + At(*victim.resumed) + ".");
    Say(for_io ? "That it went on is not in this log: QEMU does not resume a guest that it stopped "
                 "for an I/O error, also not when the paths are back; `virsh resume` does."
               : "That it went on is not in this log.");
  }

  const Account& account_;
  std::vector<std::string> sentences_;
};

json OptionalTime(const std::optional<Moment>& moment) {
  return moment ? json(moment->time_us) : json();
}

json ToJson(const std::vector<Span>& spans) {
  json array = json::array();
  for (const Span& span : spans) {
    array.push_back({{"begin_us", span.begin.time_us}, {"end_us", OptionalTime(span.end)}});
  }
  return array;
}

template <typename T>
json OrNull(const std::optional<T>& value) {
  return value ? json(*value) : json();
}

json ToJson(const MapAccount& map) {
  json losses = json::array();
  for (const Loss& loss : map.losses) {
    losses.push_back({{"path", loss.path},
                      {"device", loss.device},
                      {"state", loss.state},
                      {"noticed_by", loss.noticed_by},
                      {"line", loss.line},
                      {"lost_us", loss.lost.time_us},
                      {"regained_us", OptionalTime(loss.regained)}});
  }
  json groups = json::array();
  for (const auto& [at, group] : map.groups) {
    groups.push_back({{"time_us", at.time_us}, {"group", group}});
  }
  return {{"name", map.name},
          {"paths", map.paths},
          {"losses", std::move(losses)},
          {"queued", ToJson(map.queued)},
          {"failing", ToJson(map.failing)},
          {"fewest", OrNull(map.fewest)},
          {"no_path", ToJson(map.no_path)},
          {"queue_if_no_path", OrNull(map.queue_if_no_path)},
          {"no_path_retry", OrNull(map.no_path_retry)},
          {"groups", std::move(groups)}};
}

json ToJson(const std::vector<Victim>& victims) {
  json array = json::array();
  for (const Victim& victim : victims) {
    array.push_back({{"name", victim.name},
                     {"time_us", victim.at.time_us},
                     {"line", victim.line},
                     {"map", victim.map.empty() ? json() : json(victim.map)},
                     {"only_map", victim.only_map},
                     {"map_state", victim.map_state},
                     {"usable", victim.usable},
                     {"known", victim.known},
                     {"request_error", victim.request_error},
                     {"resumed_us", OptionalTime(victim.resumed)}});
  }
  return array;
}

}  // namespace

std::vector<std::string> Sentences(const Account& account) { return Writer(account).Write(); }

json ToJson(const Account& account) {
  json maps = json::array();
  for (const MapAccount& map : account.maps) maps.push_back(ToJson(map));
  return {{"clock", account.clock == Timeline::Clock::kWall ? "wall" : "monotonic"},
          {"maps", std::move(maps)},
          {"read_only", ToJson(account.read_only)},
          {"paused", ToJson(account.paused)},
          {"sentences", Sentences(account)}};
}

}  // namespace dualpath::timeline
