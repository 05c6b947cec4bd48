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

/// By how much printk's clock may drift from CLOCK_MONOTONIC during a case, generously: NTP has the
/// latter go faster or slower by up to 500 ppm.
inline constexpr std::chrono::milliseconds kLogClockError{100};

/// One record of the kernel's log (Documentation/ABI/testing/dev-kmsg).
struct KernelMessage {
  std::uint64_t sequence = 0;
  /// By printk's own clock, or, once `KernelLog::Synchronize` was called, CLOCK_MONOTONIC but for
  /// `kLogClockError`.
  std::int64_t monotonic_us = 0;
  unsigned facility = 0;      ///< 0: the kernel; others were written to /dev/kmsg by user space
  unsigned priority = 0;      ///< syslog level: 0 emergency to 7 debug
  bool continuation = false;  ///< goes on with the line of the record before it
  std::string text;
  /// What a driver attached: {"SUBSYSTEM", "scsi"}, {"DEVICE", "+scsi:3:0:1:0"}.
  std::map<std::string, std::string> fields;

  /// Of what one read(2) of /dev/kmsg yields. Escaped bytes ("\x0a") are restored.
  static Result<KernelMessage> Parse(const std::string& raw);
};

/// Follows /dev/kmsg. Needs root, or kernel.dmesg_restrict=0.
class KernelLog {
 public:
  enum class From {
    kNow,     ///< what is logged from now on
    kOldest,  ///< and all that the ring buffer still has
  };

  static Result<KernelLog> Open(From from, const std::string& device = kDevice);

  /// Reads from a descriptor that does not block and yields one record for each read(2).
  explicit KernelLog(UniqueFd device) : device_(std::move(device)) {}

  /// Puts what comes from now on on CLOCK_MONOTONIC. printk's clock has another origin,
  /// milliseconds away: `line`, which this writes to the log and `Poll` keeps to itself, tells how
  /// far. Without write access (kernel.printk_devkmsg=off) the clocks stay as they are.
  Status Synchronize(const std::string& line, const std::string& device = kDevice);

  /// The records since the last call. A record that is not understood is an error.
  Result<std::vector<KernelMessage>> Poll();

  /// How often records were overwritten before we had read them: then there is a gap in the
  /// sequence numbers.
  int overruns() const { return overruns_; }

 private:
  static constexpr char kDevice[] = "/dev/kmsg";

  UniqueFd device_;
  std::string mark_;           ///< the line of `Synchronize`, until it was read
  std::int64_t mark_us_ = 0;   ///< when it was written, by CLOCK_MONOTONIC
  std::int64_t ahead_us_ = 0;  ///< printk's clock less CLOCK_MONOTONIC
  int overruns_ = 0;
};

/// For a `LogFollower`, under the name "kernel". Once lines were lost it is an error.
LogSource AsLogSource(KernelLog log);

}  // namespace dualpath::observe
