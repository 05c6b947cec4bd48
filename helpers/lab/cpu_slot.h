#pragma once

#include <sched.h>

#include <optional>

#include "helpers/base/unique_fd.h"

namespace dualpath::lab {

/// A CPU of this machine for the threads of one VM, which take turns: on one CPU a VM that waits in
/// virtual time is twice as fast, since none of them has to be woken on another. Taken as long as
/// the object lives; given back by the kernel if we die.
class CpuSlot {
 public:
  /// One that we may run on and no other VM has; none if there are more VMs than CPUs.
  static std::optional<CpuSlot> Take();

  int cpu() const { return cpu_; }

  /// Moves all threads of a process there, where none interrupts another that it has woken
  /// (SCHED_BATCH, sched(7)): the CPU's thread would hand over at each notification of the main
  /// loop, some 15 times from one idle period to the next. One that cannot be moved is only slower.
  void Hold(int pid) const;

 private:
  CpuSlot(int cpu, UniqueFd name) : cpu_(cpu), name_(std::move(name)) {}

  int cpu_;
  UniqueFd name_;
};

}  // namespace dualpath::lab
