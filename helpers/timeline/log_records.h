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

/// Returns the lane of a program's log lines: "kernel", "multipathd", "libvirtd", "qemu-kvm"...
/// None for a program without a lane.
std::optional<Lane> LaneOfProgram(const std::string& program);

/// Importance of a log line, judged by its wording (helpers/multipath/log_line.h).
enum class LineClass {
  kUninteresting,  ///< unknown wording
  kRepeated,       ///< a known wording that is repeated at every check of a path
  kChange,         ///< reports a change of a path, a map or its table
  kMalformed,      ///< a known wording with the rest missing: most likely cut off
};
LineClass ClassOf(const std::string& message);

/// Derives the states of paths and maps from the kernel's and multipathd's log lines, given in
/// order of time. Each line becomes a record on its program's lane, and each change that it reports
/// a record on the lane of the path or map.
///
/// The latest line determines the state; multipathd and the kernel may differ for a moment.
class LogInterpreter {
 public:
  /// `names`: names known in advance, from `multipath -ll` or from later lines.
  explicit LogInterpreter(PathNames names = {}) : names_(std::move(names)) {}

  /// Appends `line` and the records derived from it. `line` is of kind "line", on the lane of its
  /// program, with the message as its text.
  void Interpret(Record line, std::vector<Record>& records);

 private:
  class LineVisitor;
  friend std::vector<Record> FromLog(const std::vector<observe::LogMessage>& messages,
                                     PathNames names, const std::vector<Record>& before);

  /// Sets the state before the first line. `state` is of kind "state" or "groups".
  void Assume(const Record& state);

  struct MapState {
    std::set<std::string> paths;  ///< in the last table, or named together with the map
    std::string groups;
    std::string state;
  };

  PathNames names_;
  std::map<std::string, std::string> path_states_;
  std::map<std::string, MapState> maps_;
};

/// Converts logs that share one clock to records. Names that occur late apply to earlier lines too.
/// `before`: states and groups before the first line.
std::vector<Record> FromLog(const std::vector<observe::LogMessage>& messages, PathNames names = {},
                            const std::vector<Record>& before = {});

}  // namespace dualpath::timeline
