#pragma once

#include <string>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/observe/kernel_log.h"

namespace dualpath::observe {

/// Returns whether a line of the kernel log reports a bug of the kernel, corrupted memory, a wrong
/// lock order or a hang, which no case may cause. Knows the wordings of Linux 3.10 to 6.x. Crashes
/// of programs are not complaints: on a host they may be anybody's (see DaemonWatch).
bool IsKernelComplaint(const std::string& line);

/// Returns the complaints among `lines` with the lines that follow them, for a failure message; at
/// most 40 lines. Empty if there are none. Complaints that contain one of the texts `allowed` are
/// left out, together with their call traces.
std::string Complaints(const std::vector<std::string>& lines,
                       const std::vector<std::string>& allowed = {});

/// Watches this machine's kernel log for complaints from `Begin` on, also during set-up and
/// clean-up, when no case reads the log.
class ComplaintWatch {
 public:
  static Result<ComplaintWatch> Begin();

  explicit ComplaintWatch(KernelLog log) : log_(std::move(log)) {}

  /// Returns the complaints since the last call, as `Complaints` does. An `Error` if lines were
  /// lost: there may have been complaints among them.
  Result<std::string> Poll(const std::vector<std::string>& allowed = {});

 private:
  KernelLog log_;
};

}  // namespace dualpath::observe
