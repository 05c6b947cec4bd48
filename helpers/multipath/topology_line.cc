#include "helpers/multipath/topology_line.h"

#include <algorithm>
#include <array>
#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/predicate.hpp>
#include <boost/algorithm/string/split.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <map>
#include <utility>
#include <vector>

#include "helpers/base/number.h"

namespace dualpath::multipath {
namespace {

using boost::ends_with;
using boost::starts_with;

constexpr char kDigits[] = "0123456789";

/// Known last words of lines. A last line without newline that ends with one is complete.
constexpr std::array<const char*, 11> kLastWords = {"rw",      "ro",       "undef",    "active",
                                                    "enabled", "disabled", "running",  "offline",
                                                    "unknown", "live",     "optimized"};

bool IsLastWord(const std::string& word) {
  return std::find(kLastWords.begin(), kLastWords.end(), word) != kLastWords.end();
}

std::vector<std::string> Words(const std::string& text) {
  std::vector<std::string> words;
  boost::split(words, text, boost::is_any_of(" \t"), boost::token_compress_on);
  words.erase(std::remove(words.begin(), words.end(), ""), words.end());
  return words;
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

/// Splits "before [a][b ]": `before` and the trimmed contents of the brackets. None if anything but
/// blanks is between or after the brackets.
struct Bracketed {
  std::string before;
  std::vector<std::string> values;
};
std::optional<Bracketed> SplitBrackets(const std::string& text) {
  Bracketed split;
  std::size_t at = std::min(text.find('['), text.size());
  split.before = boost::trim_copy(text.substr(0, at));
  while (at < text.size()) {
    const std::size_t close = text.find(']', at);
    if (text[at] != '[' || close == std::string::npos) return std::nullopt;
    split.values.push_back(boost::trim_copy(text.substr(at + 1, close - at - 1)));
    at = std::min(text.find_first_not_of(' ', close + 1), text.size());
  }
  return split;
}

bool ReadNumber(const std::string& text, Path& path) {
  if (text.find_first_not_of("#:") == std::string::npos) return true;  // a placeholder
  const auto number = DeviceNumber::Parse(text);
  if (!number.ok()) return false;
  path.device_number = *number;
  return true;
}

using Form = DamagedLine::Form;

TopologyLine Damaged(Form form) { return {DamagedLine{form}, false}; }

TopologyLine ReadProperties(const std::string& text, bool truncated) {
  std::map<std::string, std::string> values;
  bool complete = ReadAssignments(text, values);
  Map map;
  for (const auto& [key, field] :
       {std::pair("size", &Map::size), std::pair("features", &Map::features),
        std::pair("hwhandler", &Map::hwhandler), std::pair("wp", &Map::write_protection)}) {
    complete = Take(values, key, map.*field) && complete;
  }
  complete = complete && values.empty() && (!truncated || IsLastWord(map.write_protection));
  return {PropertiesLine{std::move(map), false}, complete};
}

/// Parses `[size=100G][features="0"][hwhandler=1 rdac   ][rw        ]`.
TopologyLine ReadBracketProperties(const std::string& text) {
  const auto split = SplitBrackets(text);
  if (!split || !split->before.empty()) return Damaged(Form::kProperties);
  Map map;
  bool complete = true;
  for (const std::string& value : split->values) {
    const std::size_t equals = value.find('=');
    const std::string key = value.substr(0, equals);
    std::string rest = equals == std::string::npos ? "" : value.substr(equals + 1);
    boost::trim_if(rest, boost::is_any_of("\" "));
    if (key == "size") {
      map.size = rest;
    } else if (key == "features") {
      map.features = rest;
    } else if (key == "hwhandler") {
      map.hwhandler = rest;
    } else if (value == "rw" || value == "ro" || value == "undef") {
      map.write_protection = value;
    } else {
      complete = false;
    }
  }
  complete = complete && !map.size.empty() && !map.features.empty() && !map.hwhandler.empty();
  return {PropertiesLine{std::move(map), true}, complete};
}

TopologyLine ReadGroup(const std::string& text, bool truncated) {
  std::map<std::string, std::string> values;
  const bool complete = ReadAssignments(text, values);
  PathGroup group;
  std::string priority;
  if (!Take(values, "policy", group.policy) || !Take(values, "prio", priority) ||
      !Take(values, "status", group.status) || group.status.empty() ||
      (truncated && !IsLastWord(group.status))) {
    return Damaged(Form::kGroup);
  }
  const auto number = ParseWhole<int>(priority);
  if (!number) return Damaged(Form::kGroup);
  group.priority = *number;
  return {GroupLine{std::move(group)}, complete && values.empty()};
}

TopologyLine ReadPath(const std::string& text, bool truncated) {
  const std::vector<std::string> words = Words(text);
  // The checker states "i/o pending" and "i/o timeout" have two words.
  const std::size_t extra = words.size() > 4 && words[4] == "i/o" ? 1 : 0;
  const std::size_t last = 5 + extra;
  if (words.size() <= last || (truncated && !IsLastWord(words[last]))) return Damaged(Form::kPath);
  Path path;
  path.hctl = words[0];
  path.device = words[1];
  if (!ReadNumber(words[2], path)) return Damaged(Form::kPath);
  path.dm_state = words[3];
  path.checker_state = extra == 0 ? words[4] : words[4] + " " + words[5];
  path.device_state = words[last];
  return {PathLine{std::move(path)}, words.size() == last + 1};
}

/// Parses what follows "\_ " in brackets: a group, "round-robin 0 [prio=100][enabled]", or a path,
/// "6:0:0:1 sdd 8:48  [active][ready]".
TopologyLine ReadBracketBranch(const std::string& text) {
  const auto split = SplitBrackets(text);
  if (!split || split->values.empty()) return Damaged(Form::kGroup);
  const std::vector<std::string>& values = split->values;
  const std::vector<std::string> words = Words(split->before);
  if (words.size() == 3 && std::count(words[0].begin(), words[0].end(), ':') == 3) {
    Path path;
    path.hctl = words[0];
    path.device = words[1];
    if (!ReadNumber(words[2], path) || values.size() < 2) return Damaged(Form::kPath);
    path.dm_state = values[0];
    path.checker_state = values[1];
    if (values.size() > 2) path.device_state = values[2];
    return {PathLine{std::move(path)}, values.size() <= 3};
  }
  PathGroup group;
  group.policy = split->before;
  for (const std::string& value : values) {
    if (!starts_with(value, "prio=")) {
      group.status += (group.status.empty() ? "" : " ") + value;
      continue;
    }
    const auto number = ParseAfter<int>("prio=", value);
    if (!number) return Damaged(Form::kGroup);
    group.priority = *number;
  }
  if (group.policy.empty() || group.status.empty()) return Damaged(Form::kGroup);
  return {GroupLine{std::move(group)}, true};
}

bool IsMessage(const std::string& text) {
  constexpr std::size_t kLongestStamp = 24;
  const std::size_t bar = text.find(" | ");
  if (bar == std::string::npos || bar > kLongestStamp) return false;
  const std::string stamp = text.substr(0, bar);
  return stamp.find_first_not_of("0123456789.") == std::string::npos ||
         std::count(stamp.begin(), stamp.end(), ':') == 2;
}

/// Accepts "dm-3", "undef", and names of foreign libraries: "[nvme]:nvme0n1".
bool IsDmName(const std::string& word) {
  if (word == "undef") return true;
  if (starts_with(word, "dm-")) {
    return word.size() > 3 && word.find_first_not_of(kDigits, 3) == std::string::npos;
  }
  return starts_with(word, "[") && word.find("]:") != std::string::npos;
}

/// Returns where the dm name begins in a word of up to 0.4.8, which printed no blank before it:
/// "36000402001f45eb5dm-0"; npos: nowhere.
std::size_t GluedDmName(const std::string& word) {
  const std::size_t at = word.rfind("dm-");
  return at != std::string::npos && at > 0 && IsDmName(word.substr(at)) ? at : std::string::npos;
}

/// Parses the part before the dm name: "[ACTION: ]ALIAS[ (WWID)]".
bool ReadNames(std::string text, Map& map) {
  if (ends_with(text, ")")) {
    const std::size_t open = text.find('(');
    if (open == std::string::npos || open == 0) return false;
    map.wwid = text.substr(open + 1, text.size() - open - 2);
    text.resize(open);
  }
  // 0.4.9 prints only the colon for some actions.
  const std::size_t colon = text.find(": ");
  if (colon != std::string::npos) {
    map.action = text.substr(0, colon);
    text.erase(0, colon + 2);
  }
  map.alias = boost::trim_copy(text);
  // An alias is one word; a WWID may have blanks.
  const bool is_name = !map.alias.empty() && (map.wwid.empty() || Words(map.alias).size() == 1) &&
                       map.alias.back() != ':';
  if (map.wwid.empty()) map.wwid = map.alias;
  return is_name && Words(map.action).size() <= 1;
}

/// Splits "VENDOR,PRODUCT". The vendor may have a comma; older versions pad it to eight characters.
void ReadDevice(const std::string& device, Map& map) {
  constexpr std::size_t kVendorLength = 8;
  const std::string text = boost::trim_copy(device);
  const bool padded = text.size() > kVendorLength && text[kVendorLength] == ',';
  const std::size_t comma = padded ? kVendorLength : std::min(text.find(','), text.size());
  map.vendor = boost::trim_copy(text.substr(0, comma));
  map.product = boost::trim_copy(text.substr(std::min(comma + 1, text.size())));
}

}  // namespace

TopologyLine ParseTopologyLine(const std::string& text, bool truncated) {
  if (starts_with(text, "size=")) return ReadProperties(text, truncated);
  if (starts_with(text, "[size=")) return ReadBracketProperties(text);
  const std::size_t branch = std::min(text.find_first_not_of(" |`"), text.size());
  const std::string_view rest = std::string_view(text).substr(branch);
  if (starts_with(rest, "-+- ")) return ReadGroup(text.substr(branch + 4), truncated);
  if (starts_with(rest, "- ")) return ReadPath(text.substr(branch + 2), truncated);
  // Markdown takes the backslash away.
  for (const std::string_view tree : {"\\_ ", "_ "}) {
    if (starts_with(rest, tree)) return ReadBracketBranch(text.substr(branch + tree.size()));
  }
  if (IsMessage(text)) return {MessageLine{}, true};
  return {};
}

std::optional<Map> ParseMapHead(const std::string& text, bool in_brackets) {
  std::size_t begin = 0;
  while (begin < text.size()) {
    begin = text.find_first_not_of(' ', begin);
    if (begin == std::string::npos) break;
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    const std::size_t glued = IsDmName(word) && begin > 0 ? 0 : GluedDmName(word);
    if (glued != std::string::npos) {
      Map map;
      map.dm_name = word.substr(glued);
      if (!ReadNames(boost::trim_copy(text.substr(0, begin + glued)), map)) return std::nullopt;
      ReadDevice(text.substr(end), map);  // 0.4.9 prints none for a map without paths
      return map;
    }
    begin = end;
  }
  // The first versions printed neither the dm name nor always the vendor.
  if (!in_brackets) return std::nullopt;
  const std::size_t close = text.rfind(')');
  const std::size_t names =
      close == std::string::npos ? std::min(text.find(' '), text.size()) : close + 1;
  const std::string device = boost::trim_copy(text.substr(names));
  const bool has_comma = device.find(',') != std::string::npos;
  if (!device.empty() && !has_comma) return std::nullopt;
  if (close == std::string::npos && text.substr(0, names).find(',') != std::string::npos) {
    return std::nullopt;
  }
  Map map;
  if (!ReadNames(text.substr(0, names), map)) return std::nullopt;
  ReadDevice(device, map);
  return map;
}

std::string OtherOutput(const std::string& text) {
  struct Known {
    const char* begin;
    const char* also;
    const char* what;
  };
  static constexpr std::array kKnown{
      Known{"hcil ", "dev_t", "the output of 'show paths', which has no maps"},
      Known{"uuid ", "dev_t", "the paths list of 'multipath -v3', which has no maps"},
      Known{"name ", "sysfs", "the output of 'show maps', which has no paths"},
      Known{"name ", "failback", "the output of 'show maps status', which has no paths"},
      Known{"NAME ", "MAJ:MIN", "the output of lsblk"},
      Known{"defaults", "{", "a multipath.conf"},
      Known{"blacklist", "{", "a multipath.conf"},
      Known{"devices", "{", "a multipath.conf"},
      Known{"", ": 0 ", "the output of 'dmsetup table' or 'dmsetup status'"},
  };
  for (const Known& known : kKnown) {
    const bool needs_multipath = *known.begin == '\0';
    if (!starts_with(text, known.begin) || !boost::contains(text, known.also)) continue;
    if (!needs_multipath || boost::contains(text, " multipath ")) return known.what;
  }
  return "";
}

}  // namespace dualpath::multipath
