#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "helpers/multipath/topology.h"

/// One line of `multipath -ll`, of any version. Up to 0.4.8, values are in brackets:
///
///   mpath0 (WWID)[ dm-2] [VENDOR,PRODUCT]      mpatha (WWID) dm-2 VENDOR,PRODUCT
///   [size=100G][features=0][hwhandler=0]       size=100G features='0' hwhandler='0' wp=rw
///   \_ round-robin 0 [prio=100][enabled]       `-+- policy='service-time 0' prio=50 status=active
///    \_ 6:0:0:1 sdd 8:48  [active][ready]        `- 6:0:0:1 sdd 8:48 active ready running
namespace dualpath::multipath {

/// The second line of a map, in `map`; the first line is missing in it.
struct PropertiesLine {
  Map map;
  bool in_brackets = false;
};

struct GroupLine {
  PathGroup group;
};

struct PathLine {
  Path path;
};

/// A message of multipath: "Nov 05 17:17:03 | ..." or "24813.628263 | ...".
struct MessageLine {};

/// A line of a form above that is damaged, so that nothing of it is known.
struct DamagedLine {
  enum class Form { kProperties, kGroup, kPath };
  Form form = Form::kProperties;
};

struct TopologyLine {
  /// monostate: any other line, possibly the first line of a map.
  std::variant<std::monostate, PropertiesLine, GroupLine, PathLine, MessageLine, DamagedLine> value;
  bool complete = false;  ///< every word of it was parsed
};

/// Parses a line without marks (helpers/base/pasted_line.h). `truncated`: it has no newline.
TopologyLine ParseTopologyLine(const std::string& text, bool truncated = false);

/// Parses the first line of a map. Many other lines have its form: the caller checks that the
/// properties follow. `in_brackets`: they are in brackets.
std::optional<Map> ParseMapHead(const std::string& text, bool in_brackets);

/// Returns what else `text` is, if it is the header or the beginning of another known output: "the
/// output of 'show paths', which has no maps". Empty if it is unknown.
std::string OtherOutput(const std::string& text);

}  // namespace dualpath::multipath
