#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "helpers/base/result.h"
#include "helpers/multipath/topology.h"

namespace dualpath::multipath {

/// Returns {"maps": [...], "not_understood": [{"line_number", "text"}]}; keys are the names of the
/// members, and an unknown device number is null.
nlohmann::json ToJson(const Topology& topology);

/// Returns indented JSON text. Bytes that are not UTF-8 become U+FFFD.
std::string ToJsonText(const Topology& topology);

/// Parses the reply to "show maps json" (since 0.6.2) or "show map NAME json". It lacks the H:C:T:L
/// of the paths and the size of the maps: these members stay empty.
Result<Topology> ParseMapsJson(const std::string& text);

}  // namespace dualpath::multipath
