#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "helpers/base/cleanup.h"
#include "helpers/base/deadline.h"
#include "helpers/base/result.h"
#include "helpers/base/unique_fd.h"
#include "helpers/observe/qemu_trace_line.h"

namespace dualpath::observe {

/// Returns CLOCK_REALTIME minus CLOCK_MONOTONIC in microseconds.
std::int64_t RealtimeMinusMonotonic();

/// QEMU's trace events about the guest's commands, enabled at run time and read from the log file
/// that libvirt writes for the domain.
class QemuTrace {
 public:
  /// Sends a QMP command to QEMU's monitor and returns the reply, both JSON.
  using Monitor = std::function<Result<std::string>(const std::string& command)>;

  /// Enables the trace events. `log`: /var/log/libvirt/qemu/DOMAIN.log. Fails if this QEMU lacks
  /// the events or does not write them to its log: distributions choose the trace backend.
  static Result<QemuTrace> Start(Monitor monitor, const std::string& log, Deadline deadline);

  struct Events {
    std::vector<QemuTraceEvent> events;
    std::vector<std::string> not_understood;  ///< lines in an unknown format
  };

  /// Returns all events from `Start` until this call.
  Result<Events> Read(Deadline deadline);

  /// Disables the trace events. The destructor does so too, but can only log a failure.
  Status Stop() { return undo_.Run(); }

 private:
  QemuTrace(Monitor monitor, std::string log, UniqueFd file)
      : monitor_(std::move(monitor)), log_(std::move(log)), file_(std::move(file)) {}

  Status EnableEvents();
  Status AwaitMark(const std::string& mark, Deadline deadline);
  Status ReadNewText();

  Monitor monitor_;
  std::string log_;
  UniqueFd file_;
  std::string text_;  ///< log text since `Start`
  Cleanup undo_;
};

}  // namespace dualpath::observe
