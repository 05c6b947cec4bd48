#include <sstream>

#include "ci/fuzzing/targets.h"
#include "helpers/multipath/persist.h"
#include "helpers/multipath/topology_json.h"
#include "helpers/multipath/topology_parser.h"
#include "helpers/multipath/version.h"

namespace dualpath::fuzzing {
namespace {

std::string Print(const multipath::Topology& topology) {
  std::ostringstream out;
  for (const multipath::Map& map : topology.maps) out << map << "\n";
  return out.str();
}

constexpr char kMap[] =
    "mpathc (36001405a1b2c3d4e5f60718293a4b5c6) dm-0 LIO-ORG ,storage\n"
    "size=1.0G features='1 queue_if_no_path' hwhandler='0' wp=rw\n"
    "`-+- policy='service-time 0' prio=1 status=active\n"
    "  `- 3:0:1:0 sdb 8:16 active ready running\n";

/// Every line that was not understood is listed once, with its number and its text; whatever they
/// are, the map after them is understood.
Status FuzzText(const std::string& text) {
  const multipath::Topology topology = multipath::ParseTopology(text);
  const std::vector<std::string> lines = Lines(text);
  std::size_t last = 0;
  for (const multipath::Unparsed& each : topology.not_understood) {
    const std::string where = "line " + std::to_string(each.line_number);
    DUALPATH_TRY_STATUS(Promise(each.line_number > last && each.line_number <= lines.size(),
                                "unparsed lines are in order", where));
    last = each.line_number;
    DUALPATH_TRY_STATUS(Promise(lines[last - 1].find(each.text) != std::string::npos,
                                "an unparsed line is quoted", where + ": " + each.text));
  }
  const multipath::Topology before = multipath::ParseTopology(text + "\n" + kMap);
  static const multipath::Topology alone = multipath::ParseTopology(kMap);
  DUALPATH_TRY_STATUS(Promise(!before.maps.empty() && before.maps.back() == alone.maps.back(),
                              "a map does not depend on the lines before it", Print(before)));
  const auto json = nlohmann::json::parse(multipath::ToJsonText(topology), nullptr, false);
  return Promise(json.is_object() && json["maps"].size() == topology.maps.size() &&
                     json["not_understood"].size() == topology.not_understood.size(),
                 "the JSON has everything", json.is_discarded() ? "not JSON" : json.dump());
}

Status FuzzJson(const std::string& text) {
  const auto topology = multipath::ParseMapsJson(text);
  if (!topology.ok()) return Ok{};
  for (const multipath::Map& map : topology->maps) {
    DUALPATH_TRY_STATUS(Promise(!map.alias.empty(), "every map has a name", Print(*topology)));
    for (const multipath::PathGroup& group : map.groups) {
      for (const multipath::Path& path : group.paths) {
        DUALPATH_TRY_STATUS(
            Promise(!path.device.empty(), "every path has a name", Print(*topology)));
      }
    }
  }
  return Ok{};
}

}  // namespace

Status FuzzTopology(const std::string& input) {
  std::string text = input;
  switch (TakeChoice(text, 4)) {
    case 0:
      return FuzzText(text);
    case 1:
      return FuzzJson(text);
    case 2: {
      const auto version = multipath::ParseVersion(text);
      if (!version.ok()) return Ok{};
      const auto again = multipath::ParseVersion("multipath-tools v" + version->ToString() + " (");
      return Promise(again.ok() && *again == *version, "a printed version parses",
                     version->ToString());
    }
    default:
      static_cast<void>(multipath::ParsePersistKeys(text));
      static_cast<void>(multipath::ParsePersistReservation(text));
      return Ok{};
  }
}

}  // namespace dualpath::fuzzing
