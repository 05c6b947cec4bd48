#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "helpers/base/result.h"
#include "helpers/base/unique_fd.h"
#include "helpers/observe/log.h"

namespace dualpath::observe {

/// By how much printk's clock may be off from CLOCK_MONOTONIC, generously: it drifts by
/// milliseconds.
inline constexpr std::chrono::milliseconds kLogClockError{100};

/// One record of the kernel's log (Documentation/ABI/testing/dev-kmsg).
struct KernelRecord {
  std::uint64_t sequence = 0;
  /// Since boot, by printk's own clock: that of CLOCK_MONOTONIC but for `kLogClockError`.
  std::int64_t monotonic_us = 0;
  unsigned facility = 0;      ///< 0: the kernel; others were written to /dev/kmsg by user space
  unsigned priority = 0;      ///< syslog level: 0 emergency to 7 debug
  bool continuation = false;  ///< goes on with the line of the record before it
  std::string text;
  /// What a driver attached: {"SUBSYSTEM", "scsi"}, {"DEVICE", "+scsi:3:0:1:0"}.
  std::map<std::string, std::string> fields;

  /// Of what one read(2) of /dev/kmsg yields. Escaped bytes ("\x0a") are restored.
  static Result<KernelRecord> Parse(const std::string& raw);
};

/// Follows /dev/kmsg. Needs root, or kernel.dmesg_restrict=0.
class KernelLog {
 public:
  enum class From {
    kNow,     ///< what is logged from now on
    kOldest,  ///< and all that the ring buffer still has
  };

  static Result<KernelLog> Open(From from, const std::string& device = "/dev/kmsg");

  /// Reads from a descriptor that does not block and yields one record for each read(2).
  explicit KernelLog(UniqueFd device) : device_(std::move(device)) {}

  /// The records since the last call. A record that is not understood is an error.
  Result<std::vector<KernelRecord>> Poll();

  /// How often records were overwritten before we had read them: then there is a gap in the
  /// sequence numbers.
  int overruns() const { return overruns_; }

 private:
  UniqueFd device_;
  int overruns_ = 0;
};

/// For a `LogFollower`, under the name "kernel".
LogSource AsLogSource(KernelLog log);

}  // namespace dualpath::observe
