#pragma once

#include <string>
#include <vector>

#include "helpers/base/cleanup.h"
#include "helpers/base/result.h"
#include "helpers/observe/ftrace_line.h"

namespace dualpath::observe {

/// Traces errors below SG_IO with ftrace (Documentation/trace/ftrace.rst): commands that paths
/// completed with an error, requests that ended with one, and failed results of SG_IO. Filters in
/// the kernel drop successful ones, so that tracing costs next to nothing until something fails.
///
/// It uses a separate tracing instance, "dualpath-PID", with CLOCK_MONOTONIC, and does not disturb
/// other users of tracing. Needs root and tracefs.
class TraceFs {
 public:
  /// Starts tracing, after removing the instances and probes of killed processes. `root` is the
  /// mount point of tracefs; empty: find it.
  static Result<TraceFs> Start(const std::string& root = "");

  /// Returns why SgIoReturn is not traced; tracing it needs Linux 5.8 with CONFIG_KPROBE_EVENTS.
  /// Empty if it is traced.
  const std::string& why_no_sg_io() const { return why_no_sg_io_; }

  /// Returns all events since `Start`.
  Result<Trace> Read() const;

  /// Removes the instance and the probe. The destructor does so too, but can only log a failure.
  Status Stop() { return undo_.Run(); }

 private:
  TraceFs(std::string root, std::string instance)
      : root_(std::move(root)), instance_(std::move(instance)) {}

  Status DefineSgIoProbe(const std::string& group);
  Status CreateInstance();
  Result<std::string> ErrorFieldOf(const std::string& event) const;
  Status EnableEvent(const std::string& event, const std::string& filter);

  std::string root_;
  std::string instance_;
  std::string why_no_sg_io_;
  Cleanup undo_;
};

/// Returns the mount point of tracefs. The `Error` contains the command that mounts it.
Result<std::string> TraceFsRoot();

/// Returns the groups of Dualpath's probes in `kprobe_events` whose process has ended.
std::vector<std::string> StaleProbeGroups(const std::string& kprobe_events);

}  // namespace dualpath::observe
