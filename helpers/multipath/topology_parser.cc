#include "helpers/multipath/topology_parser.h"

#include <boost/algorithm/string/predicate.hpp>
#include <boost/algorithm/string/replace.hpp>
#include <utility>

#include "helpers/base/pasted_line.h"

namespace dualpath::multipath {
namespace {

/// Lines whose meaning may depend on the next ones: a wrapped first line and wrapped properties,
/// with messages between them.
constexpr std::size_t kMostWaiting = 8;

/// Returns the text with the quotation marks that forums make of "'".
std::string WithPlainQuotes(std::string_view line) {
  std::string text(line);
  if (text.find('\xe2') == std::string::npos) return text;
  for (const char* quote : {"\u2018", "\u2019"}) boost::replace_all(text, quote, "'");
  return text;
}

}  // namespace

/// Returns the first line at or after `at` that is no message, or null.
const TopologyReader::Line* TopologyReader::Next(std::size_t at) const {
  while (at < lines_.size() && std::holds_alternative<MessageLine>(lines_[at].parsed.value)) ++at;
  return at < lines_.size() ? &lines_[at] : nullptr;
}

/// Returns the properties at or after `at`, or null.
const PropertiesLine* TopologyReader::PropertiesAt(std::size_t at) const {
  const Line* const next = Next(at);
  return next == nullptr ? nullptr : std::get_if<PropertiesLine>(&next->parsed.value);
}

/// Parses `text` as the first line of a map, if properties follow at `at`: some warnings look like
/// such a line.
std::optional<Map> TopologyReader::HeadAt(std::size_t at, const std::string& text) const {
  const PropertiesLine* const properties = PropertiesAt(at);
  return properties == nullptr ? std::nullopt : ParseMapHead(text, properties->in_brackets);
}

/// Returns whether the line means nothing alone.
bool TopologyReader::IsUnknown(std::size_t at) const {
  return at < lines_.size() && std::holds_alternative<std::monostate>(lines_[at].parsed.value) &&
         !HeadAt(at + 1, lines_[at].text);
}

void TopologyReader::FinishMap() {
  if (map_) sink_.map(*std::exchange(map_, std::nullopt));
  in_group_ = false;
}

/// Removes the first line.
void TopologyReader::Pop(bool understood) {
  Line line = std::move(lines_.front());
  lines_.pop_front();
  const bool has_form = !std::holds_alternative<std::monostate>(line.parsed.value) &&
                        !std::holds_alternative<MessageLine>(line.parsed.value);
  if (understood) return;
  for (Unparsed& raw : line.raw) sink_.other(std::move(raw), has_form);
}

/// Adds the line to the map. Returns false if it does not belong to it, or is not complete.
bool TopologyReader::Take(TopologyLine parsed) {
  if (auto* properties = std::get_if<PropertiesLine>(&parsed.value)) {
    if (!map_ || has_properties_) {
      // Properties of a map whose first line could not be parsed.
      FinishMap();
      return false;
    }
    map_->size = std::move(properties->map.size);
    map_->features = std::move(properties->map.features);
    map_->hwhandler = std::move(properties->map.hwhandler);
    map_->write_protection = std::move(properties->map.write_protection);
    has_properties_ = true;
    return parsed.complete;
  }
  if (auto* group = std::get_if<GroupLine>(&parsed.value)) {
    in_group_ = map_.has_value();
    if (!map_) return false;
    map_->groups.push_back(std::move(group->group));
    return parsed.complete;
  }
  if (auto* path = std::get_if<PathLine>(&parsed.value)) {
    if (!in_group_) return false;
    map_->groups.back().paths.push_back(std::move(path->path));
    return parsed.complete;
  }
  if (const auto* damaged = std::get_if<DamagedLine>(&parsed.value)) {
    // What follows belongs to the damaged line, not to those before it.
    if (damaged->form == DamagedLine::Form::kProperties) FinishMap();
    if (damaged->form == DamagedLine::Form::kGroup) in_group_ = false;
  }
  return false;
}

/// Joins the first line with the second if that makes a line of a map, and neither is one alone.
bool TopologyReader::JoinNext() {
  Line& first = lines_.front();
  const bool may_be_head = std::holds_alternative<std::monostate>(first.parsed.value);
  if (first.parsed.complete || (may_be_head && PropertiesAt(2) == nullptr)) return false;
  if (!IsUnknown(1)) return false;
  Line& second = lines_[1];
  std::string joined = first.text + " " + second.text;
  TopologyLine parsed = ParseTopologyLine(joined, second.truncated);
  const bool is_other = std::holds_alternative<std::monostate>(parsed.value);
  if (!parsed.complete && !(is_other && HeadAt(2, joined))) return false;
  first.text = std::move(joined);
  first.parsed = std::move(parsed);
  first.raw.push_back(std::move(second.raw.front()));
  lines_.erase(lines_.begin() + 1);
  return true;
}

void TopologyReader::ReadFirst() {
  const auto head = [this] {
    const Line& first = lines_.front();
    const bool is_other = std::holds_alternative<std::monostate>(first.parsed.value);
    return is_other ? HeadAt(1, first.text) : std::nullopt;
  };
  auto map = head();
  if (!map && JoinNext()) map = head();
  if (map) {
    FinishMap();
    map_ = std::move(map);
    has_properties_ = false;
    return Pop(true);
  }
  const bool understood = Take(lines_.front().parsed);
  Pop(understood);
}

void TopologyReader::Add(std::size_t number, std::string_view line, bool truncated) {
  if (boost::ends_with(line, "\r")) line.remove_suffix(1);
  std::string text = WithPlainQuotes(WithoutPasteMarks(line, buffer_));
  if (text.empty()) return;
  TopologyLine parsed = ParseTopologyLine(text, truncated);
  lines_.push_back({{{number, std::string(line)}}, std::move(text), truncated, std::move(parsed)});
  if (lines_.size() >= kMostWaiting) ReadFirst();
}

void TopologyReader::End() {
  while (!lines_.empty()) ReadFirst();
  FinishMap();
}

Topology ParseTopology(const std::string& text) {
  Topology topology;
  TopologyReader reader(
      {[&](Map&& map) { topology.maps.push_back(std::move(map)); },
       [&](Unparsed&& line, bool) { topology.not_understood.push_back(std::move(line)); }});
  std::size_t number = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t newline = text.find('\n', begin);
    const bool truncated = newline == std::string::npos;
    const std::size_t end = truncated ? text.size() : newline;
    reader.Add(++number, std::string_view(text).substr(begin, end - begin), truncated);
    begin = end + 1;
  }
  reader.End();
  return topology;
}

}  // namespace dualpath::multipath
