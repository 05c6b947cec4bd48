#include "helpers/multipath/topology_json.h"

#include <boost/algorithm/string/trim.hpp>
#include <utility>

namespace dualpath::multipath {
namespace {

using nlohmann::json;

json ToJson(const Path& path) {
  return {{"hctl", path.hctl},
          {"device", path.device},
          {"device_number", path.device_number ? json(path.device_number->ToString()) : json()},
          {"dm_state", path.dm_state},
          {"checker_state", path.checker_state},
          {"device_state", path.device_state}};
}

json ToJson(const PathGroup& group) {
  json paths = json::array();
  for (const Path& path : group.paths) paths.push_back(ToJson(path));
  return {{"policy", group.policy},
          {"priority", group.priority},
          {"status", group.status},
          {"paths", std::move(paths)}};
}

json ToJson(const Map& map) {
  json groups = json::array();
  for (const PathGroup& group : map.groups) groups.push_back(ToJson(group));
  return {{"action", map.action},       {"alias", map.alias},
          {"wwid", map.wwid},           {"dm_name", map.dm_name},
          {"vendor", map.vendor},       {"product", map.product},
          {"size", map.size},           {"features", map.features},
          {"hwhandler", map.hwhandler}, {"write_protection", map.write_protection},
          {"groups", std::move(groups)}};
}

Error Malformed(const std::string& reason) {
  return Error::Because("parse multipathd's JSON", "maps", reason);
}

/// Returns the string, or an empty one if the field is missing, as in older versions.
std::string Text(const json& object, const char* key) {
  const auto field = object.find(key);
  if (field == object.end() || !field->is_string()) return {};
  return boost::trim_copy(field->get<std::string>());
}

/// `where` names the object in an error: "map mpatha".
Result<json> Array(const json& object, const char* key, const std::string& where) {
  const auto field = object.find(key);
  if (field != object.end() && field->is_array()) return *field;
  return Malformed(where + " has no array '" + key + "'");
}

Result<Path> ReadPath(const json& object, const std::string& where) {
  Path path;
  path.device = Text(object, "dev");
  if (path.device.empty()) return Malformed(where + " has a path without 'dev'");
  const std::string number = Text(object, "dev_t");
  const auto parsed = DeviceNumber::Parse(number);
  if (parsed.ok()) {
    path.device_number = *parsed;
  } else if (number.find_first_not_of("#:") != std::string::npos) {
    return parsed.error().While("parse multipathd's JSON: " + where);
  }
  path.dm_state = Text(object, "dm_st");
  path.checker_state = Text(object, "chk_st");
  path.device_state = Text(object, "dev_st");
  return path;
}

Result<PathGroup> ReadGroup(const json& object, const std::string& where) {
  PathGroup group;
  group.policy = Text(object, "selector");
  group.status = Text(object, "dm_st");
  const auto priority = object.find("pri");
  if (priority != object.end() && priority->is_number_integer()) {
    group.priority = priority->get<int>();
    // nlohmann-json wraps a larger number around.
    if (priority->dump() != std::to_string(group.priority)) {
      return Malformed(where + " has an impossible priority");
    }
  }
  DUALPATH_TRY(const json paths, Array(object, "paths", where));
  for (const json& element : paths) {
    DUALPATH_TRY(Path path, ReadPath(element, where));
    group.paths.push_back(std::move(path));
  }
  return group;
}

Result<Map> ReadMap(const json& object) {
  Map map;
  map.alias = Text(object, "name");
  if (map.alias.empty()) return Malformed("a map has no 'name'");
  const std::string where = "map " + map.alias;
  map.wwid = Text(object, "uuid");
  map.dm_name = Text(object, "sysfs");
  map.action = Text(object, "action");
  map.vendor = Text(object, "vend");
  map.product = Text(object, "prod");
  map.features = Text(object, "features");
  map.hwhandler = Text(object, "hwhandler");
  map.write_protection = Text(object, "write_prot");
  DUALPATH_TRY(const json groups, Array(object, "path_groups", where));
  for (const json& element : groups) {
    DUALPATH_TRY(PathGroup group, ReadGroup(element, where));
    map.groups.push_back(std::move(group));
  }
  return map;
}

}  // namespace

json ToJson(const Topology& topology) {
  json maps = json::array();
  for (const Map& map : topology.maps) maps.push_back(ToJson(map));
  json not_understood = json::array();
  for (const Unparsed& line : topology.not_understood) {
    not_understood.push_back({{"line_number", line.line_number}, {"text", line.text}});
  }
  return {{"maps", std::move(maps)}, {"not_understood", std::move(not_understood)}};
}

std::string ToJsonText(const Topology& topology) {
  return ToJson(topology).dump(/*indent=*/2, ' ', /*ensure_ascii=*/false,
                               json::error_handler_t::replace);
}

Result<Topology> ParseMapsJson(const std::string& text) {
  json document;
  try {
    document = json::parse(text);
  } catch (const json::exception& error) {  // also a number that no type holds
    return Malformed(error.what());
  }
  Topology topology;
  const auto only = document.find("map");
  const auto maps = only != document.end() ? Result<json>(json::array({*only}))
                                           : Array(document, "maps", "the document");
  if (!maps.ok()) return maps.error();
  for (const json& element : *maps) {
    DUALPATH_TRY(Map map, ReadMap(element));
    topology.maps.push_back(std::move(map));
  }
  return topology;
}

}  // namespace dualpath::multipath
