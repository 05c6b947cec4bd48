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

/// Upper bound of printk's drift from CLOCK_MONOTONIC during a case: NTP slews the latter by up to
/// 500 ppm.
inline constexpr std::chrono::milliseconds kLogClockError{100};

/// One record of /dev/kmsg (Documentation/ABI/testing/dev-kmsg).
struct KernelMessage {
  std::uint64_t sequence = 0;
  /// Time by printk's clock, or, after `KernelLog::Synchronize`, by CLOCK_MONOTONIC with an error
  /// of at most `kLogClockError`.
  std::int64_t monotonic_us = 0;
  unsigned facility = 0;      ///< syslog facility: 0 the kernel, others user space
  unsigned priority = 0;      ///< syslog level: 0 emergency to 7 debug
  bool continuation = false;  ///< continues the line of the previous record
  std::string text;
  /// Fields added by the driver: {"SUBSYSTEM", "scsi"}, {"DEVICE", "+scsi:3:0:1:0"}.
  std::map<std::string, std::string> fields;

  /// Parses what one read(2) of /dev/kmsg returns, and unescapes bytes such as "\x0a".
  static Result<KernelMessage> Parse(const std::string& raw);
};

/// Follows /dev/kmsg. Needs root, or kernel.dmesg_restrict=0.
class KernelLog {
 public:
  enum class From {
    kNow,     ///< messages logged from now on
    kOldest,  ///< including those in the ring buffer
  };

  static Result<KernelLog> Open(From from, const std::string& device = kDevice);

  /// Reads from a non-blocking descriptor that returns one record for each read(2).
  explicit KernelLog(UniqueFd device) : device_(std::move(device)) {}

  /// Converts the times of later messages to CLOCK_MONOTONIC, from which printk's clock differs by
  /// milliseconds. The offset is measured by writing `line` to the log; `Poll` does not return it.
  /// Without write access (kernel.printk_devkmsg=off) times are not converted.
  Status Synchronize(const std::string& line, const std::string& device = kDevice);

  /// Returns the messages since the last call. A malformed record is an error.
  Result<std::vector<KernelMessage>> Poll();

  /// Returns how often records were overwritten before they were read, each a gap in the sequence
  /// numbers.
  int overruns() const { return overruns_; }

 private:
  static constexpr char kDevice[] = "/dev/kmsg";

  UniqueFd device_;
  std::string mark_;           ///< the line of `Synchronize`, until it is read
  std::int64_t mark_us_ = 0;   ///< time of its writing, CLOCK_MONOTONIC
  std::int64_t ahead_us_ = 0;  ///< printk's clock minus CLOCK_MONOTONIC
  int overruns_ = 0;
};

/// Returns a source for a `LogFollower` with the name "kernel". It fails once messages were lost.
LogSource AsLogSource(KernelLog log);

}  // namespace dualpath::observe
