#include "helpers/multipath/topology_parser.h"

#include <algorithm>
#include <array>
#include <boost/algorithm/string/predicate.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <map>
#include <optional>
#include <sstream>
#include <utility>

#include "helpers/base/number.h"

namespace dualpath::multipath {
namespace {

/// Known last words of lines. A last line without newline that ends with one is complete.
constexpr std::array<const char*, 11> kLastWords = {"rw",      "ro",       "undef",    "active",
                                                    "enabled", "disabled", "running",  "offline",
                                                    "unknown", "live",     "optimized"};

std::vector<std::string> Words(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

/// Removes escape sequences: multipath prints a map's first line in bold on a terminal.
std::string WithoutEscapes(const std::string& line) {
  std::string plain;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\x1b' && i + 1 < line.size() && line[i + 1] == '[') {
      i = std::min(line.find_first_not_of("0123456789;", i + 2), line.size());
    } else {
      plain += line[i];
    }
  }
  return plain;
}

/// Accepts "dm-3", "undef", and names of foreign libraries: "[nvme]:nvme0n1".
bool IsDmName(const std::string& word) {
  if (word == "undef") return true;
  if (boost::starts_with(word, "dm-")) {
    return word.size() > 3 && word.find_first_not_of("0123456789", 3) == std::string::npos;
  }
  return boost::starts_with(word, "[") && word.find("]:") != std::string::npos;
}

/// Parses the part before the dm name: "[ACTION: ]ALIAS[ (WWID)]".
bool ReadNames(std::string text, Map& map) {
  if (boost::ends_with(text, ")")) {
    const std::size_t open = text.find(" (");
    if (open == std::string::npos) return false;
    map.wwid = text.substr(open + 2, text.size() - open - 3);
    text.resize(open);
  }
  // 0.4.9 prints only the colon for some actions.
  const std::size_t colon = text.find(": ");
  if (colon != std::string::npos) {
    map.action = text.substr(0, colon);
    text.erase(0, colon + 2);
  }
  map.alias = boost::trim_copy(text);
  if (map.wwid.empty()) map.wwid = map.alias;
  return Words(map.alias).size() == 1 && map.alias.back() != ':' && Words(map.action).size() <= 1;
}

std::optional<Map> ReadHead(const std::string& line) {
  std::size_t begin = std::min(line.find(' '), line.size());
  while (begin < line.size()) {
    begin = line.find_first_not_of(' ', begin);
    const std::size_t end = std::min(line.find(' ', begin), line.size());
    const std::string word = line.substr(begin, end - begin);
    if (IsDmName(word)) {
      Map map;
      map.dm_name = word;
      if (!ReadNames(boost::trim_copy(line.substr(0, begin)), map)) return std::nullopt;
      // 0.4.9 prints no vendor and product for a map without paths.
      const std::string device = line.substr(end);
      const std::size_t comma = std::min(device.find(','), device.size());
      map.vendor = boost::trim_copy(device.substr(0, comma));
      map.product = boost::trim_copy(device.substr(std::min(comma + 1, device.size())));
      return map;
    }
    begin = end;
  }
  return std::nullopt;
}

/// Parses `size=1.0G features='1 queue_if_no_path'`. Returns false if a part is not an assignment.
bool ReadAssignments(const std::string& line, std::map<std::string, std::string>& values) {
  std::size_t at = line.find_first_not_of(' ');
  while (at < line.size()) {
    const std::size_t equals = line.find('=', at);
    if (equals == std::string::npos) return false;
    const std::string key = line.substr(at, equals - at);
    const bool quoted = equals + 1 < line.size() && line[equals + 1] == '\'';
    const std::size_t begin = equals + (quoted ? 2 : 1);
    const std::size_t end = line.find(quoted ? '\'' : ' ', begin);
    if (quoted && end == std::string::npos) return false;
    values[key] = line.substr(begin, std::min(end, line.size()) - begin);
    if (end == std::string::npos) return true;
    at = line.find_first_not_of(' ', end + (quoted ? 1 : 0));
  }
  return true;
}

/// Moves the value of `key` out of `values`; returns false if it is missing.
bool Take(std::map<std::string, std::string>& values, const std::string& key, std::string& into) {
  const auto found = values.find(key);
  if (found == values.end()) return false;
  into = found->second;
  values.erase(found);
  return true;
}

struct Line {
  std::size_t number;
  std::string raw;
  std::string text;  ///< without escape sequences and surrounding blanks
  bool truncated;    ///< whether this is the last line and has no newline
};

/// Splits the text into lines and drops blank ones.
std::vector<Line> Lines(const std::string& text) {
  std::vector<Line> lines;
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t newline = text.find('\n', begin);
    const bool truncated = newline == std::string::npos;
    const std::size_t end = truncated ? text.size() : newline;
    std::string raw = text.substr(begin, end - begin);
    begin = end + 1;
    ++number;
    if (boost::ends_with(raw, "\r")) raw.pop_back();
    std::string trimmed = boost::trim_copy(WithoutEscapes(raw));
    if (!trimmed.empty()) lines.push_back({number, std::move(raw), std::move(trimmed), truncated});
  }
  return lines;
}

bool IsProperties(const Line& line) { return boost::starts_with(line.text, "size="); }

/// Returns whether the last word of the line is complete.
bool IsComplete(const Line& line, const std::string& last_word) {
  return !line.truncated ||
         std::find(kLastWords.begin(), kLastWords.end(), last_word) != kLastWords.end();
}

enum class Parsed { kCompletely, kPartly, kNot };

/// Parses line after line and keeps track of the current map and path group.
class Reader {
 public:
  Topology Read(const std::vector<Line>& lines);

 private:
  Parsed ReadLine(const Line& line, const Line* next);
  Parsed ReadProperties(const Line& line);
  Parsed ReadGroup(const Line& line, const std::string& text);
  Parsed ReadPath(const Line& line, const std::string& text);

  Topology topology_;
  Map* map_ = nullptr;
  PathGroup* group_ = nullptr;
  bool has_properties_ = false;
};

Parsed Reader::ReadProperties(const Line& line) {
  if (map_ == nullptr || has_properties_) {
    // Properties of a map whose first line could not be parsed.
    map_ = nullptr;
    group_ = nullptr;
    return Parsed::kNot;
  }
  std::map<std::string, std::string> values;
  bool complete = ReadAssignments(line.text, values);
  has_properties_ = true;
  for (const auto& [key, field] :
       {std::pair("size", &Map::size), std::pair("features", &Map::features),
        std::pair("hwhandler", &Map::hwhandler), std::pair("wp", &Map::write_protection)}) {
    complete = Take(values, key, map_->*field) && complete;
  }
  complete = complete && values.empty() && IsComplete(line, map_->write_protection);
  return complete ? Parsed::kCompletely : Parsed::kPartly;
}

Parsed Reader::ReadGroup(const Line& line, const std::string& text) {
  group_ = nullptr;
  if (map_ == nullptr) return Parsed::kNot;
  std::map<std::string, std::string> values;
  const bool complete = ReadAssignments(text, values);
  PathGroup group;
  std::string priority;
  if (!Take(values, "policy", group.policy) || !Take(values, "prio", priority) ||
      !Take(values, "status", group.status) || group.status.empty() ||
      !IsComplete(line, group.status)) {
    return Parsed::kNot;
  }
  const auto number = ParseWhole<int>(priority);
  if (!number) return Parsed::kNot;
  group.priority = *number;
  map_->groups.push_back(std::move(group));
  group_ = &map_->groups.back();
  return complete && values.empty() ? Parsed::kCompletely : Parsed::kPartly;
}

Parsed Reader::ReadPath(const Line& line, const std::string& text) {
  if (group_ == nullptr) return Parsed::kNot;
  const std::vector<std::string> words = Words(text);
  // The checker states "i/o pending" and "i/o timeout" have two words.
  const std::size_t extra = words.size() > 4 && words[4] == "i/o" ? 1 : 0;
  const std::size_t last = 5 + extra;
  if (words.size() <= last || !IsComplete(line, words[last])) return Parsed::kNot;
  Path path;
  path.hctl = words[0];
  path.device = words[1];
  const bool placeholder = words[2].find_first_not_of("#:") == std::string::npos;
  if (!placeholder) {
    const auto number = DeviceNumber::Parse(words[2]);
    if (!number.ok()) return Parsed::kNot;
    path.device_number = *number;
  }
  path.dm_state = words[3];
  path.checker_state = extra == 0 ? words[4] : words[4] + " " + words[5];
  path.device_state = words[last];
  group_->paths.push_back(std::move(path));
  return words.size() == last + 1 ? Parsed::kCompletely : Parsed::kPartly;
}

Parsed Reader::ReadLine(const Line& line, const Line* next) {
  if (IsProperties(line)) return ReadProperties(line);
  const std::size_t branch = std::min(line.text.find_first_not_of(" |`"), line.text.size());
  const std::string text = line.text.substr(branch);
  if (boost::starts_with(text, "-+- ")) return ReadGroup(line, text.substr(4));
  if (boost::starts_with(text, "- ")) return ReadPath(line, text.substr(2));
  // Some warnings look like the first line of a map, but no properties follow them.
  if (next == nullptr || !IsProperties(*next)) return Parsed::kNot;
  auto map = ReadHead(line.text);
  if (!map) return Parsed::kNot;
  topology_.maps.push_back(std::move(*map));
  map_ = &topology_.maps.back();
  group_ = nullptr;
  has_properties_ = false;
  return Parsed::kCompletely;
}

Topology Reader::Read(const std::vector<Line>& lines) {
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Line* const next = i + 1 < lines.size() ? &lines[i + 1] : nullptr;
    if (ReadLine(lines[i], next) == Parsed::kCompletely) continue;
    topology_.not_understood.push_back({lines[i].number, lines[i].raw});
  }
  return std::move(topology_);
}

}  // namespace

Topology ParseTopology(const std::string& text) { return Reader().Read(Lines(text)); }

}  // namespace dualpath::multipath
