#include "helpers/multipath/log_line.h"

#include <algorithm>
#include <array>
#include <boost/algorithm/string/predicate.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <cctype>
#include <tuple>
#include <utility>

#include "helpers/base/number.h"

namespace dualpath::multipath {
namespace {

using boost::ends_with;
using boost::starts_with;

/// Returns the position after "PROGRAM: " or "PROGRAM[123]: ", or npos.
std::size_t AfterProgram(const std::string& line, const std::string& program) {
  for (std::size_t at = line.find(program); at != std::string::npos;
       at = line.find(program, at + 1)) {
    if (at > 0 && line[at - 1] != ' ') continue;
    std::size_t end = at + program.size();
    if (end < line.size() && line[end] == '[') {
      end = line.find_first_not_of("0123456789", end + 1);
      if (end == std::string::npos || line[end] != ']') continue;
      ++end;
    }
    if (line.compare(end, 2, ": ") == 0) return end + 2;
  }
  return std::string::npos;
}

/// Removes the kernel's "[   12.345678] ".
std::string WithoutTimestamp(const std::string& line) {
  const std::size_t end = line.find("] ");
  const bool is_time = starts_with(line, "[") && end != std::string::npos &&
                       line.find_first_not_of(" .0123456789", 1) == end;
  return is_time ? line.substr(end + 2) : line;
}

std::string WithoutPrefix(const std::string& message) {
  const std::string line = boost::trim_copy(message);
  for (const char* program : {"multipathd", "kernel"}) {
    const std::size_t text = AfterProgram(line, program);
    if (text != std::string::npos) return WithoutTimestamp(line.substr(text));
  }
  return WithoutTimestamp(line);
}

bool IsWord(const std::string& text) {
  return !text.empty() && text.find_first_of(" \t") == std::string::npos;
}

/// Returns whether `text` can be the name of a map: an alias, or a WWID, which may have blanks
/// ("1IET     00010001").
bool IsMapName(const std::string& text) {
  return !text.empty() && text.front() != ' ' && text.back() != ' ' && text.front() != '[' &&
         text.find(": ") == std::string::npos && std::none_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) < ' ';
         });
}

std::optional<DeviceNumber> ParseNumber(const std::string& text) {
  const auto number = DeviceNumber::Parse(text);
  if (!number.ok()) return std::nullopt;
  return *number;
}

std::optional<PathName> ParsePathName(const std::string& text) {
  PathName name;
  name.number = ParseNumber(text);
  if (name.number) return name;
  const std::size_t bracket = text.find(" [");
  name.device = text.substr(0, bracket);
  if (!IsWord(name.device) || ends_with(name.device, ":")) return std::nullopt;
  if (bracket == std::string::npos) return name;
  if (!ends_with(text, "]")) return std::nullopt;
  name.number = ParseNumber(text.substr(bracket + 2, text.size() - bracket - 3));
  if (!name.number) return std::nullopt;
  return name;
}

/// Returns the text before and after `separator`, which occurs once in the known messages.
std::optional<std::pair<std::string, std::string>> Split(const std::string& text,
                                                         const std::string& separator) {
  const std::size_t at = text.find(separator);
  if (at == std::string::npos) return std::nullopt;
  return std::pair(text.substr(0, at), text.substr(at + separator.size()));
}

std::optional<LogLine> ParseTableLoad(const std::string& text) {
  using Kind = TableLoad::Kind;
  for (const auto& [separator, kind] :
       {std::pair(": addmap [", Kind::kAddMap), std::pair(": reload [", Kind::kReload),
        std::pair(": load table [", Kind::kLoadTable)}) {
    const auto parts = Split(text, separator);
    if (!parts || !IsMapName(parts->first)) continue;
    if (!ends_with(parts->second, "]")) return Unrecognised{text, "the table is truncated"};
    auto table = dm::ParseMultipathTable(parts->second.substr(0, parts->second.size() - 1));
    if (!table.ok()) return Unrecognised{text, table.error().ToString()};
    return TableLoad{parts->first, kind, *std::move(table)};
  }
  return std::nullopt;
}

/// "PATH<separator>MAP".
template <typename Event>
std::optional<LogLine> ParsePathOfMap(const std::string& text, const std::string& separator) {
  const auto parts = Split(text, separator);
  if (!parts || !IsMapName(parts->second)) return std::nullopt;
  auto path = ParsePathName(parts->first);
  if (!path) return std::nullopt;
  return Event{parts->second, *std::move(path)};
}

/// "PATH<ending>".
template <typename Event>
std::optional<LogLine> ParsePathEvent(const std::string& text, const std::string& ending) {
  if (!ends_with(text, ending)) return std::nullopt;
  auto path = ParsePathName(text.substr(0, text.size() - ending.size()));
  if (!path) return std::nullopt;
  return Event{*std::move(path)};
}

/// "MAP<ending>".
template <typename Event>
std::optional<LogLine> ParseMapEvent(const std::string& text, const std::string& ending) {
  if (!ends_with(text, ending)) return std::nullopt;
  std::string map = text.substr(0, text.size() - ending.size());
  if (!IsMapName(map)) return std::nullopt;
  return Event{std::move(map)};
}

/// "MAP<separator>NUMBER".
template <typename Event>
std::optional<LogLine> ParseMapNumber(const std::string& text, const std::string& separator) {
  const auto parts = Split(text, separator);
  if (!parts || !IsMapName(parts->first)) return std::nullopt;
  const auto number = ParseWhole<unsigned>(boost::trim_left_copy(parts->second));
  if (!number) return std::nullopt;
  return Event{parts->first, *number};
}

std::optional<LogLine> ParseCheckerFailed(const std::string& text) {
  const std::string phrase = "checker failed path ";
  if (!starts_with(text, phrase)) return std::nullopt;
  return ParsePathOfMap<CheckerFailed>(text.substr(phrase.size()), " in map ");
}

std::optional<LogLine> ParsePathOffline(const std::string& text) {
  const std::string phrase = " - path offline";
  if (!ends_with(text, phrase)) return std::nullopt;
  const auto parts = Split(text.substr(0, text.size() - phrase.size()), ": ");
  if (!parts || !IsMapName(parts->first)) return std::nullopt;
  auto path = ParsePathName(parts->second);
  if (!path) return std::nullopt;
  return PathOffline{parts->first, *std::move(path)};
}

/// "device-mapper: multipath: [MAP: ]Failing path PATH."
template <typename Event>
std::optional<LogLine> ParseKernelEvent(std::string text, const std::string& phrase) {
  for (const char* prefix : {"device-mapper: ", "multipath: "}) {
    if (starts_with(text, prefix)) text.erase(0, std::char_traits<char>::length(prefix));
  }
  const std::size_t at = text.find(phrase);
  if (at == std::string::npos) return std::nullopt;
  Event event;
  if (at > 0) {
    if (at < 2 || text.compare(at - 2, 2, ": ") != 0) return std::nullopt;
    event.map = ParseNumber(text.substr(0, at - 2));
    if (!event.map) return std::nullopt;
  }
  const auto path = ParseNumber(
      boost::trim_right_copy_if(text.substr(at + phrase.size()), [](char c) { return c == '.'; }));
  if (!path) return std::nullopt;
  event.path = *path;
  return event;
}

}  // namespace

bool operator==(const PathName& a, const PathName& b) {
  return a.device == b.device && a.number == b.number;
}

bool operator==(const TableLoad& a, const TableLoad& b) {
  return std::tie(a.map, a.kind, a.table) == std::tie(b.map, b.kind, b.table);
}

bool operator==(const PathAdded& a, const PathAdded& b) {
  return a.map == b.map && a.path == b.path;
}

bool operator==(const PathRemoved& a, const PathRemoved& b) {
  return a.map == b.map && a.path == b.path;
}

bool operator==(const CheckerFailed& a, const CheckerFailed& b) {
  return a.map == b.map && a.path == b.path;
}

bool operator==(const PathOffline& a, const PathOffline& b) {
  return a.map == b.map && a.path == b.path;
}

bool operator==(const PathMarkedFailed& a, const PathMarkedFailed& b) { return a.path == b.path; }

bool operator==(const PathReinstated& a, const PathReinstated& b) { return a.path == b.path; }

bool operator==(const PathGroupSwitched& a, const PathGroupSwitched& b) {
  return a.map == b.map && a.group == b.group;
}

bool operator==(const RemainingActivePaths& a, const RemainingActivePaths& b) {
  return a.map == b.map && a.count == b.count;
}

bool operator==(const EnteredRecovery& a, const EnteredRecovery& b) {
  return a.map == b.map && a.max_retries == b.max_retries;
}

bool operator==(const QueueingDisabled& a, const QueueingDisabled& b) { return a.map == b.map; }

bool operator==(const QueueingEnabled& a, const QueueingEnabled& b) { return a.map == b.map; }

bool operator==(const RecoveredToNormal& a, const RecoveredToNormal& b) { return a.map == b.map; }

bool operator==(const KernelFailingPath& a, const KernelFailingPath& b) {
  return a.map == b.map && a.path == b.path;
}

bool operator==(const KernelReinstatingPath& a, const KernelReinstatingPath& b) {
  return a.map == b.map && a.path == b.path;
}

bool operator==(const Unrecognised& a, const Unrecognised& b) {
  return a.message == b.message && a.reason == b.reason;
}

LogLine ParseLogLine(const std::string& message) {
  const std::string text = WithoutPrefix(message);
  for (auto&& event : {
           ParseTableLoad(text),
           ParsePathOfMap<PathAdded>(text, ": path added to devmap "),
           // Upstream's 0.4.9 logs no colon here.
           ParsePathOfMap<PathAdded>(text, " path added to devmap "),
           ParsePathOfMap<PathRemoved>(text, ": path removed from map "),
           ParseCheckerFailed(text),
           ParsePathOffline(text),
           ParsePathEvent<PathMarkedFailed>(text, ": mark as failed"),
           ParsePathEvent<PathReinstated>(text, ": reinstated"),
           ParseMapNumber<PathGroupSwitched>(text, ": switch to path group #"),
           ParseMapNumber<RemainingActivePaths>(text, ": remaining active paths:"),
           ParseMapNumber<EnteredRecovery>(text, ": Entering recovery mode: max_retries="),
           ParseMapEvent<QueueingDisabled>(text, ": Disable queueing"),
           ParseMapEvent<QueueingEnabled>(text, ": queue_if_no_path enabled"),
           ParseMapEvent<RecoveredToNormal>(text, ": Recovered to normal mode"),
           ParseKernelEvent<KernelFailingPath>(text, "Failing path "),
           ParseKernelEvent<KernelReinstatingPath>(text, "Reinstating path "),
       }) {
    if (event) return *event;
  }
  return Unrecognised{text, ""};
}

}  // namespace dualpath::multipath
