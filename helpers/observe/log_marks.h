#pragma once

#include <functional>
#include <memory>
#include <string>

#include "helpers/base/deadline.h"
#include "helpers/base/result.h"
#include "helpers/observe/log.h"

namespace dualpath::observe {

/// Makes a program log a line that contains `mark`, after all lines that it has logged before.
using LogMarker = std::function<Status(const std::string& mark)>;

/// Beginning of every mark.
inline constexpr char kMarkPrefix[] = "dualpath-mark-";

/// Waits for the lines that a program has already logged. They pass through a thread of the program
/// and through journald, so a read of the journal may not find them yet.
class LogMarks {
 public:
  /// Returns `source` without marks, which `CatchUp` waits for. Wrap the source before adding it to
  /// the follower.
  LogSource Without(LogSource source);

  /// Reads, into `follower`, all lines that the program behind `marker` has logged before this
  /// call. An `Error` if the mark does not arrive, for example because journald drops lines.
  Status CatchUp(LogFollower& follower, const LogMarker& marker, Deadline deadline);

 private:
  std::shared_ptr<std::string> awaited_ = std::make_shared<std::string>();
};

}  // namespace dualpath::observe
