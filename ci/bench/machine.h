#pragma once

#include <string>

namespace dualpath::bench {

/// What the figures were measured on.
struct Machine {
  unsigned cores = 0;
  std::string cpu;  ///< /proc/cpuinfo's model name
  double ram_gib = 0;
  std::string kernel;  ///< "6.12.43"
  bool kvm = false;    ///< /dev/kvm can be opened; the lab does not use it by itself
  std::string qemu;    ///< the lab's; empty: not known
  double load = 0;     ///< the load average over a minute, when the measuring began

  /// Above it, what else the machine does is in the figures too.
  static constexpr double kQuiet = 0.3;
  bool WasQuiet() const { return load <= kQuiet; }

  /// "2 cores (AMD EPYC), 24 GiB, Linux 6.12.43, no KVM, QEMU emulator version 10.0.8".
  std::string ToString() const;
};

/// As it is now. `root` is where proc and dev are.
Machine LookAtMachine(const std::string& root = "/");

}  // namespace dualpath::bench
