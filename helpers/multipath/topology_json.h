#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "helpers/base/result.h"
#include "helpers/multipath/topology.h"

namespace dualpath::multipath {

/// {"maps": [...], "not_understood": [{"line_number", "text"}]}, with the names of the structs'
/// fields for keys; an unknown device number is null.
nlohmann::json ToJson(const Topology& topology);

/// Indented text. Bytes that are not UTF-8 become U+FFFD, since JSON has no others.
std::string ToJsonText(const Topology& topology);

/// Reads multipathd's "show maps json" (since 0.6.2) or "show map NAME json". It has neither the
/// H:C:T:L of the paths nor the size of the maps: these stay empty.
Result<Topology> ParseMapsJson(const std::string& text);

}  // namespace dualpath::multipath
