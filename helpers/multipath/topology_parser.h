#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "helpers/multipath/topology.h"
#include "helpers/multipath/topology_line.h"

namespace dualpath::multipath {

/// Reads topology line by line, in constant memory.
class TopologyReader {
 public:
  struct Sink {
    std::function<void(Map&&)> map;
    /// A line that could not be parsed completely. `has_form`: it has the form of a line of a map.
    std::function<void(Unparsed&&, bool has_form)> other;
  };
  explicit TopologyReader(Sink sink) : sink_(std::move(sink)) {}

  /// Adds the next line. `truncated`: the input ends in it.
  void Add(std::size_t number, std::string_view line, bool truncated = false);

  /// Ends the map: what follows does not belong to it.
  void End();

 private:
  struct Line {
    std::vector<Unparsed> raw;  ///< two if a mail program wrapped it
    std::string text;           ///< without marks
    bool truncated;
    TopologyLine parsed;
  };

  const Line* Next(std::size_t at) const;
  const PropertiesLine* PropertiesAt(std::size_t at) const;
  std::optional<Map> HeadAt(std::size_t at, const std::string& text) const;
  bool IsUnknown(std::size_t at) const;
  bool JoinNext();
  void ReadFirst();
  bool Take(TopologyLine parsed);
  void Pop(bool understood);
  void FinishMap();

  Sink sink_;
  std::deque<Line> lines_;  ///< those whose meaning depends on the lines after them
  std::string buffer_;
  std::optional<Map> map_;
  bool has_properties_ = false;
  bool in_group_ = false;
};

/// Parses the output of `multipath -ll`, `-l` and `-v2`, and of multipathd's "show maps topology",
/// of any version (multipath(8); libmultipath/print.c; topology_line.h shows the forms), as people
/// paste it (helpers/base/pasted_line.h). A line that a mail program wrapped is joined with the
/// next one if that makes a line of a map, and neither is one alone.
///
/// Accepts any bytes and never fails: lines that cannot be parsed completely are listed with their
/// numbers. These include messages, all lines of a map whose first line cannot be parsed, and a
/// truncated last line.
Topology ParseTopology(const std::string& text);

}  // namespace dualpath::multipath
