#pragma once

#include <sched.h>

#include <optional>

#include "helpers/base/unique_fd.h"

namespace dualpath::lab {

/// A CPU of this machine reserved for the threads of one VM, which take turns: a VM that waits in
/// virtual time is twice as fast on one CPU, since no thread has to be woken on another CPU.
/// Reserved until the object is destroyed or the process ends.
class CpuSlot {
 public:
  /// Reserves a CPU that we may run on and that no other VM has reserved. Returns none if there are
  /// more VMs than CPUs.
  static std::optional<CpuSlot> Take();

  int cpu() const { return cpu_; }

  /// Moves all threads of a process to the CPU, with SCHED_BATCH (sched(7)), so that a thread is
  /// not preempted by one that it wakes. Otherwise the vCPU thread would be preempted at each
  /// notification of the main loop, some 15 times between two idle periods. A thread that cannot be
  /// moved is only slower.
  void Hold(int pid) const;

 private:
  CpuSlot(int cpu, UniqueFd name) : cpu_(cpu), name_(std::move(name)) {}

  int cpu_;
  UniqueFd name_;
};

}  // namespace dualpath::lab
