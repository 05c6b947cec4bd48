#pragma once

#include <gmock/gmock.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/matchers/eventually.h"
#include "helpers/matchers/path_id.h"
#include "helpers/observe/log.h"

namespace dualpath {

using Log = std::vector<observe::LogMessage>;

/// Something that a line of the log can say, in whatever wording the installed version has.
struct LogEvent {
  std::string description;
  std::function<bool(const std::string& text)> matches;
};

/// A line that contains `text`, for what has no event of its own.
LogEvent LineContaining(const std::string& text);

/// multipathd gives the kernel a table with these path groups ("load table", "addmap", "reload").
LogEvent LoadsTable(const std::string& map, const PathIdGroups& groups);
LogEvent LoadsAnyTable(const std::string& map);

LogEvent AddsPath(const std::string& map, const PathId& path);
LogEvent RemovesPath(const std::string& map, const PathId& path);

/// multipathd takes the path out of use, after its checker or because sysfs says offline.
LogEvent CheckerFails(const std::string& map, const PathId& path);

/// multipathd's check finds that sysfs says offline, whoever has failed the path.
LogEvent SeesOffline(const std::string& map, const PathId& path);

/// multipathd has the kernel use the path again.
LogEvent Reinstates(const PathId& path);

/// multipathd has the kernel use this path group, the first being 0, as failback says.
LogEvent SwitchesToGroup(const std::string& map, std::size_t index);

/// "remaining active paths: N".
LogEvent LeavesActivePaths(const std::string& map, unsigned count);

/// "Entering recovery mode: max_retries=N": no path is left and I/O is held.
LogEvent EntersRecovery(const std::string& map, unsigned max_retries);
LogEvent DisablesQueueing(const std::string& map);
LogEvent EnablesQueueing(const std::string& map);
LogEvent RecoversToNormal(const std::string& map);

/// The kernel takes the path out of use ("Failing path 8:16").
LogEvent KernelFails(const PathId& path);

/// What versions say in more than one way.
LogEvent EitherOf(LogEvent one, LogEvent other);

/// The log has such a line.
::testing::Matcher<const Log&> Logs(LogEvent event);

inline auto EventuallyLogs(LogEvent event, std::chrono::milliseconds budget = kEventually) {
  return Eventually(Logs(std::move(event)), budget);
}

/// When the first such line was logged, CLOCK_MONOTONIC; an `Error` if there is none.
Result<std::chrono::microseconds> TimeOf(const LogEvent& event, const Log& log);

}  // namespace dualpath
