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

/// An event that multipathd or the kernel logs, in the wording of any supported version.
struct LogEvent {
  std::string description;
  std::function<bool(const std::string& text)> matches;
};

/// A line that contains `text`, for events without a function below.
LogEvent LineContaining(const std::string& text);

/// multipathd loads a table with these path groups ("load table", "addmap", "reload"):
///   EXPECT_THAT(log(), EventuallyLogs(LoadsTable(rig().map(), {{rig().path(1)}})));
LogEvent LoadsTable(const std::string& map, const PathIdGroups& groups);
LogEvent LoadsAnyTable(const std::string& map);

LogEvent AddsPath(const std::string& map, const PathId& path);
LogEvent RemovesPath(const std::string& map, const PathId& path);

/// multipathd fails the path, because of its checker or because the state in sysfs is "offline".
LogEvent CheckerFails(const std::string& map, const PathId& path);

/// multipathd's check finds "offline" in sysfs, even if the kernel has already failed the path.
LogEvent SeesOffline(const std::string& map, const PathId& path);

/// multipathd reinstates the path in the kernel.
LogEvent Reinstates(const PathId& path);

/// multipathd switches to this path group (failback); `index` counts from 0.
LogEvent SwitchesToGroup(const std::string& map, std::size_t index);

/// "remaining active paths: N".
LogEvent LeavesActivePaths(const std::string& map, unsigned count);

/// "Entering recovery mode: max_retries=N": no path is left and I/O is queued.
LogEvent EntersRecovery(const std::string& map, unsigned max_retries);
LogEvent DisablesQueueing(const std::string& map);
LogEvent EnablesQueueing(const std::string& map);
LogEvent RecoversToNormal(const std::string& map);

/// The kernel fails the path ("Failing path 8:16").
LogEvent KernelFails(const PathId& path);

/// One of two events, where versions differ.
LogEvent EitherOf(LogEvent one, LogEvent other);

/// The log has such a line:
///   EXPECT_THAT(LogNow(), Not(Logs(KernelFails(rig().path(0)))));
/// fails as
///   Expected: does not log the kernel failing path 8:0
///     Actual: 9 log lines, which has the line [   61.250000] kernel: device-mapper: ... Failing
///     path 8:0.
::testing::Matcher<const Log&> Logs(LogEvent event);

/// The log has such a line within `budget`. log() begins at SetUp or at the last MarkLog(): without
/// a mark, a line of an earlier step matches immediately.
///   EXPECT_THAT(log(), EventuallyLogs(DisablesQueueing(rig().map())));
/// fails as
///   Expected: within 30 s, logs mpatha: disable queueing
///     Actual: the log, in which none of 9 lines matches; the last is [...] multipathd: ...
inline auto EventuallyLogs(LogEvent event, std::chrono::milliseconds budget = kEventually) {
  return Eventually(Logs(std::move(event)), budget);
}

/// Returns when the first such line was logged (CLOCK_MONOTONIC), or an `Error` if there is none.
Result<std::chrono::microseconds> TimeOf(const LogEvent& event, const Log& log);

}  // namespace dualpath
