#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "helpers/multipath/log_line.h"
#include "helpers/observe/log.h"
#include "helpers/timeline/path_names.h"
#include "helpers/timeline/record.h"

namespace dualpath::timeline {

/// The lane of a program's log lines: "kernel", "multipathd", "libvirtd", "qemu-kvm"... None for a
/// program that has no lane.
std::optional<Lane> LaneOfProgram(const std::string& program);

/// What is known of the line's wording (helpers/multipath/log_line.h), beyond that it is a line.
enum class LineClass {
  kPlain,      ///< nothing, or what is repeated at every check of a path
  kChange,     ///< a path, a map or its table changes
  kMalformed,  ///< a known wording with the rest missing: cut off, most likely
};
LineClass ClassOf(const std::string& message);

/// Tells from the lines of the kernel's and multipathd's logs, given in order of time, what became
/// of paths and maps: the lines become records on their own lane, and each change that they speak
/// of a record on the lane of the path or map.
///
/// A state is what was last said, by whomever: multipathd and the kernel may differ for a moment.
class LogInterpreter {
 public:
  /// `names`: what is known beforehand, as from `multipath -ll` or from the lines to come.
  explicit LogInterpreter(PathNames names = {}) : names_(std::move(names)) {}

  /// Appends `line` and what follows from it. `line` is of kind "line", on the lane of its program,
  /// with the message for its text.
  void Interpret(Record line, std::vector<Record>& events);

 private:
  class Reader;
  friend std::vector<Record> FromLog(const std::vector<observe::LogMessage>& records,
                                     PathNames names, const std::vector<Record>& before);

  /// Of kind "state" or "groups": what holds before the first line.
  void Assume(const Record& state);

  struct MapState {
    std::set<std::string> paths;  ///< of the last table, or named together with the map
    std::string groups;
    std::string state;
  };

  PathNames names_;
  std::map<std::string, std::string> path_states_;
  std::map<std::string, MapState> maps_;
};

/// The records of logs that are on one clock. Names that come up late hold for the lines before.
/// `before`: states and groups that are known to hold before the first line.
std::vector<Record> FromLog(const std::vector<observe::LogMessage>& records, PathNames names = {},
                            const std::vector<Record>& before = {});

}  // namespace dualpath::timeline
