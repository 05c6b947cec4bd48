#pragma once

#include <string>
#include <vector>

#include "helpers/base/cleanup.h"
#include "helpers/base/result.h"
#include "helpers/observe/trace_line.h"

namespace dualpath::observe {

/// Records with the kernel's own tracing (Documentation/trace/ftrace.rst) what went wrong below
/// SG_IO: commands that paths completed with an error, requests that ended with one, and what SG_IO
/// handed back. The kernel leaves out all that went well, so that recording costs next to nothing
/// until something fails.
///
/// In a tracing instance of our own, "dualpath-PID", on CLOCK_MONOTONIC; who else traces is not
/// disturbed. Needs root and tracefs.
class TraceFs {
 public:
  /// Records from now on. Removes what killed processes left. `root`: for tests; empty: where
  /// tracefs is mounted.
  static Result<TraceFs> Start(const std::string& root = "");

  /// Empty where SgIoReturn is recorded, which needs Linux 5.8 with CONFIG_KPROBE_EVENTS.
  const std::string& why_no_sg_io() const { return why_no_sg_io_; }

  /// Everything since `Start`.
  Result<Trace> Read() const;

  /// Removes the instance and the probe. Also done by the destructor, which can only log.
  Status Stop() { return undo_.Run(); }

 private:
  TraceFs(std::string root, std::string instance)
      : root_(std::move(root)), instance_(std::move(instance)) {}

  Status DefineSgIoProbe(const std::string& group);
  Status CreateInstance();
  Status EnableEvent(const std::string& event, const std::string& filter);

  std::string root_;
  std::string instance_;
  std::string why_no_sg_io_;
  Cleanup undo_;
};

/// Where tracefs is mounted. An `Error` says how to get it.
Result<std::string> TraceFsRoot();

/// Of tracefs's kprobe_events: the groups of those probes of ours whose process is no more.
std::vector<std::string> ProbeGroupsOfTheDead(const std::string& kprobe_events);

}  // namespace dualpath::observe
