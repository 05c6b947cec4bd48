#pragma once

#include <poll.h>
#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>

#include "helpers/base/result.h"

namespace dualpath::lab {

/// What a VM may use before it answers. Neither depends on the load on this machine, which only
/// makes the same work take longer.
struct Limit {
  std::chrono::seconds cpu;  ///< CPU time of QEMU
  /// Real time in which the VM does not run at all: in every second of it, QEMU uses less than a
  /// millisecond of CPU time, and we receive nothing. A VM in virtual time either works or has
  /// ended; one in real time may be idle.
  std::chrono::milliseconds still{120000};
};

/// Waits for a VM, within a `Limit` from the creation of the object.
class Watch {
 public:
  using CpuTime = std::function<std::chrono::nanoseconds()>;

  /// Returns the CPU time that a process has used so far; 0 if there is no such process.
  static CpuTime OfProcess(pid_t pid);

  /// Checks the limit once in each `interval`. `also` is checked then, too; its `Error` ends the
  /// wait.
  Watch(Limit limit, CpuTime cpu_time, std::function<Status()> also = {},
        std::chrono::milliseconds interval = std::chrono::seconds(1));

  /// Waits until one of the descriptors is ready (poll(2)); an `Error` if the limit is exceeded.
  template <typename Descriptors>
  Status Await(Descriptors& descriptors) {
    return Await(descriptors.data(), descriptors.size());
  }

  /// Waits until `done` returns true.
  Status Until(const std::function<bool()>& done);

  /// Waits until `fd` is readable.
  Status AwaitReadable(int fd);

 private:
  Status Await(pollfd* descriptors, std::size_t count);
  Status Check(std::chrono::milliseconds waited);
  Status CheckUse() const;

  Limit limit_;
  CpuTime cpu_time_;
  std::function<Status()> also_;
  std::chrono::milliseconds interval_;
  std::chrono::nanoseconds at_begin_;
  std::chrono::nanoseconds when_it_ran_;  // CPU time when the VM last ran...
  std::chrono::milliseconds still_{0};    // ...and the time that we have waited since
  std::chrono::milliseconds since_last_look_{0};
};

}  // namespace dualpath::lab
